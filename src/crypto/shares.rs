//! Shamir's secret sharing over GF(2^8) (Shamir, "How to Share a Secret", CACM 1979), byte by byte,
//! with the field of AES (FIPS 197: x^8 + x^4 + x^3 + x + 1).
//!
//! Multiplication has neither branches nor tables that depend on a secret.

use super::{CryptoError, Secret, random};

/// Product in the field.
fn mul(a: u8, b: u8) -> u8 {
    let (mut a, mut product) = (a, 0);
    for bit in 0..8 {
        product ^= a & 0u8.wrapping_sub(b >> bit & 1);
        a = a << 1 ^ 0x1b & 0u8.wrapping_sub(a >> 7);
    }
    product
}

/// Inverse in the field, a^254; 0 of 0.
fn inv(a: u8) -> u8 {
    let mut power = a;
    let mut product = 1;
    for _ in 0..7 {
        power = mul(power, power);
        product = mul(product, power);
    }
    product
}

/// The shares 1 to `of` of a secret, any `need` of which give it back; fewer say nothing about it.
///
/// # Errors
/// [`CryptoError::Parameters`] unless `1 <= need <= of` and `of > 0`; [`CryptoError::Random`].
pub fn split<const N: usize>(
    secret: &Secret<N>,
    need: u8,
    of: u8,
) -> Result<Vec<Secret<N>>, CryptoError> {
    if need == 0 || need > of {
        return Err(CryptoError::Parameters);
    }
    // A polynomial of degree need - 1 for each byte, the secret at 0.
    let coefficients = (1..need)
        .map(|_| Secret::<N>::random())
        .collect::<Result<Vec<_>, _>>()?;
    let share = |x: u8| {
        Secret::init_with(|out: &mut [u8; N]| {
            for coefficient in coefficients.iter().rev() {
                for (o, c) in out.iter_mut().zip(coefficient.expose()) {
                    *o = mul(*o ^ c, x);
                }
            }
            for (o, s) in out.iter_mut().zip(secret.expose()) {
                *o ^= s;
            }
        })
    };
    Ok((1..=of).map(share).collect())
}

/// The secret of shares with these numbers. Wrong or too few shares give another secret: whoever
/// calls compares with a commitment.
///
/// # Errors
/// [`CryptoError::Parameters`] for no share, a number 0, or a number twice.
pub fn combine<const N: usize>(shares: &[(u8, &Secret<N>)]) -> Result<Secret<N>, CryptoError> {
    let twice = (1..shares.len()).any(|i| shares[..i].iter().any(|s| s.0 == shares[i].0));
    if shares.is_empty() || twice || shares.iter().any(|s| s.0 == 0) {
        return Err(CryptoError::Parameters);
    }
    Ok(Secret::init_with(|out: &mut [u8; N]| {
        for (x, share) in shares {
            // Lagrange at 0; the numbers are no secret.
            let others = shares.iter().map(|s| s.0).filter(|y| y != x);
            let weight = others.fold(1, |w, y| mul(w, mul(y, inv(y ^ x))));
            for (o, s) in out.iter_mut().zip(share.expose()) {
                *o ^= mul(weight, *s);
            }
        }
    }))
}

/// Random bytes for a set of shares, to tell it from others.
///
/// # Errors
/// [`CryptoError::Random`].
pub fn set_id() -> Result<[u8; 4], CryptoError> {
    random::array()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// FIPS 197, section 4.2 and 4.2.1.
    #[test]
    fn products_of_fips_197() {
        for (a, b, product) in [
            (0x57, 0x83, 0xc1),
            (0x57, 0x02, 0xae),
            (0x57, 0x04, 0x47),
            (0x57, 0x08, 0x8e),
            (0x57, 0x10, 0x07),
            (0x57, 0x13, 0xfe),
        ] {
            assert_eq!(mul(a, b), product);
        }
        assert_eq!(inv(0x53), 0xca, "the example of the S-box");
        assert_eq!(inv(0), 0);
        assert!((1..=255).all(|a| mul(a, inv(a)) == 1));
    }

    /// By school arithmetic on polynomials, every product.
    #[test]
    fn every_product_is_that_of_the_polynomials() {
        for a in 0..=255u8 {
            for b in 0..=255u8 {
                let mut wide = (0..8).fold(0u16, |sum, i| {
                    sum ^ if b >> i & 1 == 1 {
                        u16::from(a) << i
                    } else {
                        0
                    }
                });
                for bit in (8..16).rev() {
                    if wide >> bit & 1 == 1 {
                        wide ^= 0x11b << (bit - 8);
                    }
                }
                assert_eq!(u16::from(mul(a, b)), wide);
            }
        }
    }

    /// All four of a two-of-three worked by hand: f(x) = 0x42 + 0x17 x.
    #[test]
    fn two_points_give_the_line_at_zero() {
        let point = |x: u8| Secret::<1>::init_with(|o| o[0] = 0x42 ^ mul(0x17, x));
        let (a, b, c) = (point(1), point(2), point(3));
        for pair in [[(1, &a), (2, &b)], [(3, &c), (1, &a)], [(2, &b), (3, &c)]] {
            assert_eq!(combine(&pair).unwrap().expose(), &[0x42]);
        }
    }

    proptest! {
        #[test]
        fn any_enough_shares_give_the_secret_and_fewer_another(
            bytes in any::<[u8; 32]>(), need in 1u8..8, more in 0u8..8, order in any::<u64>(),
        ) {
            let of = need + more;
            let secret = Secret::<32>::init_with(|b| *b = bytes);
            let shares = split(&secret, need, of).unwrap();
            let mut numbered: Vec<_> = (1..).zip(&shares).collect();
            numbered.rotate_left((order % u64::from(of)) as usize);
            prop_assert!(combine(&numbered[..usize::from(need)]).unwrap() == secret);
            prop_assert!(combine(&numbered).unwrap() == secret);
            if need > 1 {
                prop_assert!(combine(&numbered[..usize::from(need) - 1]).unwrap() != secret);
            }
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let secret = Secret::<4>::random().unwrap();
        assert!(split(&secret, 0, 3).is_err());
        assert!(split(&secret, 4, 3).is_err());
        assert!(combine::<4>(&[]).is_err());
        assert!(combine(&[(0, &secret)]).is_err());
        assert!(combine(&[(1, &secret), (1, &secret)]).is_err());
        assert_eq!(split(&secret, 255, 255).unwrap().len(), 255);
    }
}
