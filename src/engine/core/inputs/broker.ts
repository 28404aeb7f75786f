import type { ClientOrderId, ContractId, Instant, UsdMicros } from '../types.ts';

export type BrokerOrderStatus =
  | 'PendingSubmit'
  | 'PreSubmitted'
  | 'Submitted'
  | 'PendingCancel'
  | 'Cancelled'
  | 'ApiCancelled'
  | 'Filled'
  | 'Inactive';
export interface BrokerOrder {
  readonly clientOrderId: ClientOrderId | null;
  readonly brokerOrderId: number;
  readonly permId: number;
  readonly contractId: ContractId | null;
  readonly side: 'BUY' | 'SELL';
  readonly orderType: string;
  readonly quantity: number;
  readonly limitPrice: number | null;
  readonly stopPrice: number | null;
  readonly status: BrokerOrderStatus;
}
export interface BrokerExecution {
  readonly executionId: string;
  readonly clientOrderId: ClientOrderId | null;
  readonly brokerOrderId: number;
  readonly permId: number;
  readonly contractId: ContractId;
  readonly side: 'BUY' | 'SELL';
  readonly quantity: number;
  readonly price: number;
  readonly at: Instant;
}
export interface BrokerPosition {
  readonly account: string;
  readonly contractId: ContractId | null;
  readonly symbol: string;
  readonly quantity: number /** Per share, without multiplier. */;
  readonly averagePrice: number;
}

export type BrokerReport =
  | { readonly kind: 'connected'; readonly account: string }
  | { readonly kind: 'disconnected'; readonly reason: string }
  /** Everything the broker knows, asked for after each (re)connect; complete or not sent at all. */
  | {
      readonly kind: 'synced';
      readonly openOrders: readonly BrokerOrder[];
      readonly executions: readonly BrokerExecution[];
      readonly positions: readonly BrokerPosition[];
    }
  /** Handed to the socket: proves nothing but names the broker's number. */
  | { readonly kind: 'order-sent'; readonly clientOrderId: ClientOrderId; readonly brokerOrderId: number }
  /** Could not be handed over for certain: resolved only by evidence. */
  | { readonly kind: 'order-unknown'; readonly clientOrderId: ClientOrderId; readonly reason: string }
  | { readonly kind: 'order-status'; readonly order: BrokerOrder; readonly filled: number; readonly remaining: number }
  | {
      readonly kind: 'order-refused';
      readonly clientOrderId: ClientOrderId;
      readonly code: number;
      readonly message: string;
    }
  | { readonly kind: 'executed'; readonly execution: BrokerExecution }
  | { readonly kind: 'commission'; readonly executionId: string; readonly commission: UsdMicros }
  | { readonly kind: 'positions'; readonly positions: readonly BrokerPosition[] }
  | { readonly kind: 'account'; readonly netLiquidation: UsdMicros; readonly buyingPower: UsdMicros };
export interface BrokerReported {
  kind: 'broker.reported';
  report: BrokerReport;
}
