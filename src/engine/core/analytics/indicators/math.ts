import { type Definition, defineOne } from './definition.ts';

/** What becomes of one figure of each bar. NaN outside a function's domain. */
const transform = (figure: (value: number) => number): Definition => ({
  ...defineOne(
    {},
    () => null,
    (_, bar) => figure(bar.close),
  ),
  hasDomain: true,
});

const operator = (figure: (a: number, b: number) => number): Definition => ({
  ...defineOne(
    {},
    () => null,
    (_, bar) => figure(bar.high, bar.low),
  ),
  hasDomain: true,
});

/**
 * Arithmetic bar by bar, without memory. Transforms read the close, operators the high (first) and the low (second),
 * unless other series are put in their place. Radians; ln is to base e. A figure that is no number (the arc cosine of
 * a price, a division by zero) is absent.
 */
export const MATH: Readonly<Record<string, Definition>> = {
  acos: transform(Math.acos),
  asin: transform(Math.asin),
  atan: transform(Math.atan),
  ceil: transform(Math.ceil),
  cos: transform(Math.cos),
  cosh: transform(Math.cosh),
  exp: transform(Math.exp),
  floor: transform(Math.floor),
  ln: transform(Math.log),
  log10: transform(Math.log10),
  sin: transform(Math.sin),
  sinh: transform(Math.sinh),
  sqrt: transform(Math.sqrt),
  tan: transform(Math.tan),
  tanh: transform(Math.tanh),
  add: operator((a, b) => a + b),
  sub: operator((a, b) => a - b),
  mult: operator((a, b) => a * b),
  div: operator((a, b) => a / b),
};
