/** Notices of the server about itself. Source: IBKR TWS API, "System Message Codes" and "Warning Message Codes". */
const NOTICES: Readonly<Record<number, string>> = {
  1100: 'Connectivity between IBKR and Trader Workstation has been lost.',
  1101: 'Connectivity between IBKR and Trader Workstation has been restored - data lost.',
  1102: 'Connectivity between IBKR and Trader Workstation has been restored - data maintained. All data farms are connected: usfarm; usopt; ushmds; secdefnj.',
  2103: 'Market data farm connection is broken:usfarm',
  2104: 'Market data farm connection is OK:usfarm',
  2105: 'HMDS data farm connection is broken:ushmds',
  2106: 'HMDS data farm connection is OK:ushmds',
  2108: 'Market data farm connection is inactive but should be available upon demand.usfarm',
  2158: 'Sec-def data farm connection is OK:secdefnj',
};

export const noticeText = (code: number): string => NOTICES[code] ?? '';
