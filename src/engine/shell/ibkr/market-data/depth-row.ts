import type { DepthSeen } from '../../../core/inputs.ts';

export const emptyRow = (): DepthSeen => ({
  kind: 'depth.seen',
  symbol: '',
  operation: 0,
  side: 0,
  level: 0,
  price: 0,
  size: 0,
  venue: '',
});
