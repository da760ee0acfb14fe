// RSA blind signatures, the person's side: RFC 9474, RSABSSA-SHA384-PSS-Randomized.
// Hashing and the final check are the browser's own cryptography (crypto.subtle); only the
// arithmetic of blinding, which it does not offer, is here. Randomness comes from the caller.

export const SALT_BYTES = 48;
const HASH_BYTES = 48;

export function toNumber(bytes) {
  let hex = "0x0";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return BigInt(hex);
}

export function toBytes(number, length) {
  const hex = number.toString(16).padStart(2 * length, "0");
  return Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
}

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function sha384(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-384", bytes));
}

function power(base, exponent, modulus) {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

// The inverse of value, or null where there is none.
export function inverse(value, modulus) {
  let [first, second] = [modulus, value % modulus];
  let [before, now] = [0n, 1n];
  while (second > 0n) {
    const times = first / second;
    [first, second] = [second, first - times * second];
    [before, now] = [now, before - times * now];
  }
  return first === 1n ? ((before % modulus) + modulus) % modulus : null;
}

async function encode(message, salt, bits) {
  const length = Math.ceil(bits / 8);
  const hashed = await sha384(join(new Uint8Array(8), await sha384(message), salt));
  const padding = new Uint8Array(length - SALT_BYTES - HASH_BYTES - 2);
  const block = join(padding, Uint8Array.of(1), salt);
  for (let counter = 0; counter * HASH_BYTES < block.length; counter += 1) {
    const mask = await sha384(join(hashed, toBytes(BigInt(counter), 4)));
    for (let at = counter * HASH_BYTES; at < Math.min(block.length, (counter + 1) * HASH_BYTES); at += 1) {
      block[at] ^= mask[at - counter * HASH_BYTES];
    }
  }
  block[0] &= 255 >> (8 * length - bits);
  return join(block, hashed, Uint8Array.of(0xbc));
}

// Returns the blinded message and what takes the blinding off, or null for an unusable factor.
export async function blind(key, prepared, salt, factor) {
  const encoded = toNumber(await encode(prepared, salt, key.bits - 1));
  const opener = inverse(factor, key.modulus);
  if (opener === null) return null;
  const blinded = (encoded * power(factor, key.exponent, key.modulus)) % key.modulus;
  return { message: toBytes(blinded, key.bits / 8), inverse: opener };
}

// Returns the signature, or null if the signer did not sign what it got.
export async function finalize(key, prepared, signed, opener) {
  const opened = (toNumber(signed) * opener) % key.modulus;
  const signature = toBytes(opened, key.bits / 8);
  const trimmed = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const jwk = { kty: "RSA", n: trimmed(toBytes(key.modulus, key.bits / 8)), e: trimmed(toBytes(key.exponent, 3)) };
  const scheme = { name: "RSA-PSS", hash: "SHA-384" };
  const checker = await crypto.subtle.importKey("jwk", jwk, scheme, false, ["verify"]);
  const fits = await crypto.subtle.verify({ name: "RSA-PSS", saltLength: SALT_BYTES }, checker, signature, prepared);
  return fits ? signature : null;
}
