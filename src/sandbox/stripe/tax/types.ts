import type { Metadata } from '../types.ts';

export interface TaxRate {
  readonly id: string;
  readonly object: 'tax_rate';
  readonly active: boolean;
  readonly country: string | null;
  readonly created: number;
  readonly description: string | null;
  readonly display_name: string;
  readonly effective_percentage: number | null;
  readonly inclusive: boolean;
  readonly jurisdiction: string | null;
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly percentage: number;
  readonly state: string | null;
  readonly tax_type: string | null;
}
