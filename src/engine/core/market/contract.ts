import type { ContractId, SessionDate } from '../types.ts';

export type OptionRight = 'C' | 'P';

/** One listed option. `strike` in index points or dollars; `multiplier` is the deliverable per contract (100). */
export interface OptionContract {
  readonly id: ContractId;
  /** Ticker of what it is written on: SPX for both SPX and SPXW roots. */
  readonly underlying: string;
  /** OSI root, IBKR's trading class: `SPXW`, `SPY`. */
  readonly tradingClass: string;
  readonly expiry: SessionDate;
  readonly strike: number;
  readonly right: OptionRight;
  readonly multiplier: number;
}

/** Roots whose name differs from the underlying's ticker. */
const UNDERLYING_OF_ROOT: Readonly<Record<string, string>> = {
  SPXW: 'SPX',
  XSPW: 'XSP',
  NDXP: 'NDX',
  RUTW: 'RUT',
  VIXW: 'VIX',
};

const OSI = /^([A-Z]{1,6})\s*(\d{2})(\d{2})(\d{2})([CP])(\d{8})$/;

export const contractId = (root: string, expiry: SessionDate, right: OptionRight, strike: number): ContractId => {
  const thousandths = Math.round(strike * 1000);
  return `${root}${expiry.slice(2, 4)}${expiry.slice(5, 7)}${expiry.slice(8, 10)}${right}${String(thousandths).padStart(8, '0')}` as ContractId;
};

/** Parses an OSI symbol (padded or not); null when it is not one. Source: OCC Options Symbology Initiative. */
export const parseContractId = (text: string): OptionContract | null => {
  const match = OSI.exec(text);
  if (!match) return null;
  const [, root, yy, mm, dd, right, thousandths] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    OptionRight,
    string,
  ];
  const month = Number(mm);
  const day = Number(dd);
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  const expiry = `20${yy}-${mm}-${dd}` as SessionDate;
  const strike = Number(thousandths) / 1000;
  return {
    id: contractId(root, expiry, right, strike),
    underlying: UNDERLYING_OF_ROOT[root] ?? root,
    tradingClass: root,
    expiry,
    strike,
    right,
    multiplier: 100,
  };
};
