/** From nothing to an entry of two contracts and more at 2.00. */
export const ENTRY = `
  live
  rally
  > watch C600
  option 1.98 2.00
  > new 6 @ 2.00 stop 1.70
  > place E1 BUY 6 LMT 2.00
`;
export const FILLED = `${ENTRY}
  exec E1 6 2.00 a.01
  > position 6 @ 2.00 realised 0.00
  > place S1 SELL 6 STP 1.70 oca-1
  > updated filled 6 @ 2.00 stop 1.70
  commission a.01 3.90
  > position 6 @ 2.00 realised -3.90
`;
