/* Well-known lines of characters: rows and columns of keyboards, and the digits of constants. */

/** The rows of keyboards of several countries, from the digits down. */
const LAYOUTS: readonly (readonly string[])[] = [
  ["1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./"],
  ["1234567890[]", "',.pyfgcrl/=\\", "aoeuidhtns-", ";qjkxbmwvz"],
  ["1234567890-=", "qwfpgjluy;[]\\", "arstdhneio'", "zxcvbkm,./"],
  ["1234567890ß´", "qwertzuiopü+", "asdfghjklöä#", "yxcvbnm,.-"],
  ["&é\"'(-è_çà)=", "azertyuiop^$", "qsdfghjklmù*", "wxcvbn,;:!"],
  ["!@#$%^&*()_+", "qwertyuiop{}|", 'asdfghjkl:"', "zxcvbnm<>?"],
];
const PADS = ["789456123", "147258369", "7894561230", "741852963"];

/** The rows and columns of keyboards, in both directions. */
export function keyboardWalks(): readonly string[] {
  const lines = [...new Set([...LAYOUTS.flatMap(linesOf), ...PADS])];
  return lines.flatMap((line) => [line, Array.from(line).toReversed().join("")]);
}

/**
 * Digits of constants and test vectors of standards. They look random and are widely published.
 */
export const CONSTANTS: readonly string[] = [
  // Pi, e, the golden ratio, the roots of 2 and 3, the logarithms of 2 and 10, Euler's constant.
  "314159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798214808651",
  "271828182845904523536028747135266249775724709369995957496696762772407663035354759457138217852516642742746",
  "161803398874989484820458683436563811772030917980576286213544862270526046281890244970720720418939113748475",
  "141421356237309504880168872420969807856967187537694807317667973799073247846210703885038753432764157",
  "173205080756887729352744634150587236694280525381038062805580697945193301690880003708114618675724857",
  "069314718055994530941723212145817656807550013436025525412068000949339362196969471560586332699641868754",
  "230258509299404568401799145468436420760110148862877297603332790096757260967735248",
  "057721566490153286060651209008240243104215933593992359880576723488486772677766467",
  // Primes, Fibonacci's numbers, squares, powers of two, one seventh.
  "2357111317192329313741434753596167717379838997101103107109113127131137139149151157163167173179181191193197199",
  "011235813213455891442333776109871597258441816765109461771128657463687502512139319641831781151422983204",
  "149162536496481100121144169196225256289324361400441484529576625676729784841900",
  "1248163264128256512102420484096819216384327686553613107226214452428810485762097152419430483886081677721633554432",
  "142857142857142857142857142857142857142857142857",
  // Pi, e and the golden ratio in hexadecimal.
  "243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89452821e638d01377be5466cf34e90c6cc0ac29b7c97c50dd",
  "2b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfef324e7738926cfbe5f4bf8d8d8c31d763da06",
  "9e3779b97f4a7c15f39cc0605cedc8341082276bf3a27251f86c6a11d0c18e95",
  // The first values of MD5 and SHA-1, of SHA-256 and SHA-512, and the round constants of SHA-256.
  "67452301efcdab8998badcfe10325476c3d2e1f0",
  "0123456789abcdeffedcba9876543210f0e1d2c3",
  "6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19",
  "6a09e667f3bcc908bb67ae8584caa73b3c6ef372fe94f82ba54ff53a5f1d36f1510e527fade682d19b05688c2b3e6c1f1f83d9abfb41bd6b5be0cd19137e2179",
  "428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5d807aa9812835b01243185be550c7dc372be5d7480deb1fe9bdc06a7c19bf174",
  // The keys of FIPS 197 and NIST SP 800-38A; the curve secp256k1.
  "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
  "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
  "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
  "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
];

/** Words that hexadecimal digits spell. */
export const HEX_WORDS: readonly string[] = [
  "deadbeef", "cafebabe", "baadf00d", "feedface", "8badf00d", "c0ffee", "decafbad", "facefeed", "badc0ffe", "defec8ed", "deadc0de", "cafed00d",
  "abad1dea", "b16b00b5", "ba5eba11", "beefcafe", "cafebeef", "deadcafe", "coffee", "f00dbabe", "0ff1ce", "c001d00d", "feedbeef", "dabbad00",
  "fee1dead", "1badb002", "bad22222", "dead10cc", "fadedace", "5ca1ab1e", "decade", "facade", "efface", "accede", "beaded", "defaced",
]; // prettier-ignore

function linesOf(rows: readonly string[]): readonly string[] {
  const columns = (lines: readonly string[]): string =>
    Array.from(lines[0]!, (_, column) => lines.map((line) => line[column] ?? "").join("")).join("");
  const pairs = rows.slice(1).flatMap((row, above) => [columns([rows[above]!, row]), columns([row, rows[above]!])]);
  return [...rows, columns(rows), columns(rows.slice(1)), columns(rows.slice(0, 3)), ...pairs];
}
