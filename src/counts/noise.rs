//! Noise: the discrete Laplace distribution, drawn exactly with integers (manual: *counts*, "Noise").
//!
//! Canonne, Kamath, Steinke: *The Discrete Gaussian for Differential Privacy* (2020), algorithms 1 and 2.
//! No number with a fraction is ever drawn or rounded, so the ways by which floating point gives noise
//! away are not there.

use crate::crypto::{CryptoError, random};

/// Where random bytes come from.
pub type Coins<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<(), CryptoError>;

/// The discrete Laplace distribution: P(x) is proportional to exp(−|x| / scale).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Laplace {
    /// The scale is `over / under`.
    over: u64,
    under: u64,
}

impl Laplace {
    /// Noise that hides a change by `sensitivity`, summed over all numbers, up to a factor of
    /// exp(`epsilon_milli` / 1000).
    pub fn hiding(sensitivity: u32, epsilon_milli: u32) -> Self {
        Self {
            over: u64::from(sensitivity.max(1)) * 1000,
            under: u64::from(epsilon_milli.max(1)),
        }
    }

    /// The variance of one number.
    pub fn variance(&self) -> f64 {
        let q = (-(self.under as f64) / self.over as f64).exp();
        2.0 * q / ((1.0 - q) * (1.0 - q))
    }

    /// The variance in thousandths, for a reader.
    pub fn deviation_milli(variance: f64) -> u64 {
        (variance.sqrt() * 1000.0).round() as u64
    }

    /// Draws a number.
    ///
    /// # Errors
    /// [`CryptoError::Random`].
    pub fn draw(&self, coins: Coins<'_>) -> Result<i64, CryptoError> {
        loop {
            let u = below(self.over, coins)?;
            if !exp_minus(u, self.over, coins)? {
                continue;
            }
            let mut v = 0u64;
            while exp_minus(1, 1, coins)? {
                v += 1;
            }
            let x = u128::from(u) + u128::from(self.over) * u128::from(v);
            let y = i64::try_from(x / u128::from(self.under)).map_err(|_| CryptoError::Random)?;
            let negative = below(2, coins)? == 1;
            if negative && y == 0 {
                continue;
            }
            return Ok(if negative { -y } else { y });
        }
    }

    /// So many numbers from the system's generator.
    ///
    /// # Errors
    /// [`CryptoError::Random`].
    pub fn draws(&self, n: usize) -> Result<Vec<i64>, CryptoError> {
        let mut pool = Pool::new();
        (0..n).map(|_| self.draw(&mut |b| pool.fill(b))).collect()
    }
}

/// Random bytes, fetched many at once.
struct Pool {
    bytes: zeroize::Zeroizing<[u8; 512]>,
    used: usize,
}

impl Pool {
    fn new() -> Self {
        Self {
            bytes: zeroize::Zeroizing::new([0; 512]),
            used: 512,
        }
    }

    fn fill(&mut self, out: &mut [u8]) -> Result<(), CryptoError> {
        for byte in out {
            if self.used == self.bytes.len() {
                random::fill(self.bytes.as_mut_slice())?;
                self.used = 0;
            }
            *byte = self
                .bytes
                .get(self.used)
                .copied()
                .ok_or(CryptoError::Random)?;
            self.used += 1;
        }
        Ok(())
    }
}

/// Uniform below `n`, by rejection.
fn below(n: u64, coins: Coins<'_>) -> Result<u64, CryptoError> {
    if n < 2 {
        return Ok(0);
    }
    let mask = u64::MAX >> (n - 1).leading_zeros();
    loop {
        let mut bytes = [0; 8];
        coins(&mut bytes)?;
        let x = u64::from_be_bytes(bytes) & mask;
        if x < n {
            return Ok(x);
        }
    }
}

/// True with probability exp(−over / under), for `over` at most `under`.
fn exp_minus(over: u64, under: u64, coins: Coins<'_>) -> Result<bool, CryptoError> {
    let mut k = 1u64;
    loop {
        // over / (under · k), as two draws: below k, and over of under.
        let both = below(k, coins)? == 0 && below(under, coins)? < over;
        if !both {
            return Ok(k % 2 == 1);
        }
        k += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distribution_is_that_of_the_formula() {
        // Scale 2.5: P(x) = (1 − q) / (1 + q) · q^|x| with q = exp(−1 / 2.5).
        let noise = Laplace::hiding(5, 2000);
        let n = 40_000;
        let drawn = noise.draws(n).unwrap();
        let q = (-1.0f64 / 2.5).exp();
        let mut chi = 0.0;
        for x in -8..=8i64 {
            let expected = n as f64 * (1.0 - q) / (1.0 + q) * q.powi(x.abs() as i32);
            let found = drawn.iter().filter(|d| **d == x).count() as f64;
            chi += (found - expected).powi(2) / expected;
        }
        // 17 cells: a value above 50 has a probability of less than one in 10,000.
        assert!(chi < 50.0, "{chi}");
        let variance = drawn.iter().map(|x| (x * x) as f64).sum::<f64>() / n as f64;
        assert!(
            (variance / noise.variance() - 1.0).abs() < 0.1,
            "{variance}"
        );
    }

    #[test]
    fn a_large_epsilon_leaves_nothing() {
        let noise = Laplace::hiding(8, 1_000_000);
        assert!(noise.draws(2000).unwrap().iter().all(|x| *x == 0));
        assert!(noise.variance() < 1e-40);
    }

    #[test]
    fn coins_that_fail_are_an_error() {
        let noise = Laplace::hiding(8, 1000);
        let failed = noise.draw(&mut |_| Err(CryptoError::Random));
        assert_eq!(failed, Err(CryptoError::Random));
    }
}
