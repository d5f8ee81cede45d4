//! Logarithms in integers, so that every machine orders clocks and sums bits alike.

/// Bits of surprisal in 1/256.
pub type Bits = u32;

/// 1 bit of [`Bits`].
pub const ONE_BIT: Bits = 256;

const STEPS: usize = 1024;
const TABLE: [u32; STEPS + 1] = table();

/// log2(1 + i / STEPS) in 1/65536, by repeated squaring of a 2.62-bit number.
const fn table() -> [u32; STEPS + 1] {
    let mut out = [0u32; STEPS + 1];
    let mut i = 0;
    while i < STEPS {
        let mut x: u128 = ((STEPS + i) as u128) << 52;
        let mut bit = 0;
        let mut log = 0u32;
        while bit < 16 {
            x = (x * x) >> 62;
            log <<= 1;
            if x >= 1u128 << 63 {
                x >>= 1;
                log |= 1;
            }
            bit += 1;
        }
        out[i] = log;
        i += 1;
    }
    out[STEPS] = 1 << 16;
    out
}

/// log2 of `x` in 1/65536, by a table with linear interpolation; 0 for 0.
pub fn log2_q16(x: u64) -> u32 {
    if x == 0 {
        return 0;
    }
    let exponent = x.ilog2();
    let mantissa = x << (63 - exponent);
    let index = (mantissa >> 53) as usize & (STEPS - 1);
    let between = (mantissa >> 37) as u32 & 0xffff;
    let (low, high) = (TABLE[index], TABLE[index + 1]);
    (exponent << 16) + low + (((high - low) * between) >> 16)
}

/// -log2((x + 1) / 2^32) in 1/65536: an exponential clock of rate ln 2, from 32 uniform bits.
pub fn clock_q16(x: u32) -> u32 {
    (32 << 16) - log2_q16(u64::from(x) + 1)
}

/// log2(`whole` / `part`), at least 0.
pub fn surprisal(part: u32, whole: u32) -> Bits {
    log2_q16(u64::from(whole)).saturating_sub(log2_q16(u64::from(part.max(1)))) >> 8
}

/// log2 of `n`, in [`Bits`].
pub fn log2_bits(n: u64) -> Bits {
    log2_q16(n) >> 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_to_the_logarithm_of_the_reals() {
        for x in (1u64..5000).chain((0..40).map(|e| (1u64 << e) + 12_345)) {
            let exact = (x as f64).log2() * 65536.0;
            assert!((f64::from(log2_q16(x)) - exact).abs() < 4.0, "{x}");
        }
        assert_eq!(clock_q16(u32::MAX), 0);
        assert_eq!(clock_q16(0), 32 << 16);
        assert_eq!(surprisal(25, 100), 2 * ONE_BIT);
        assert_eq!(surprisal(0, 1), 0);
    }

    proptest::proptest! {
        #[test]
        fn never_decreasing(x in 1u64..u64::MAX) {
            proptest::prop_assert!(log2_q16(x) <= log2_q16(x.saturating_add(1)));
        }
    }
}
