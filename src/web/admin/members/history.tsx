import { z } from 'zod';
import type { AuditRow } from '../../../db/queries/audit.ts';
import { utc } from '../format.ts';
import { Panel, Table } from '../panel.tsx';

const actorShape = z.union([
  z.object({ kind: z.literal('operator'), email: z.string() }),
  z.object({ kind: z.string(), name: z.string() }),
  z.object({ kind: z.literal('member') }),
]);

const jsonOf = (text: string | null): unknown => {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Who acted, from the audit row's JSON. */
export const actorWords = (actor: string): string => {
  const read = actorShape.safeParse(jsonOf(actor));
  if (!read.success) return actor;
  if ('email' in read.data) return read.data.email;
  return 'name' in read.data ? `${read.data.kind} ${read.data.name}` : 'the member';
};

const words = (value: unknown): string => {
  if (value === undefined || value === null) return 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;

/** What changed, a line each: `tier: free → basic`. What stayed as it was is left out, unless there was nothing before. */
export const differences = (before: string | null, after: string | null): readonly string[] => {
  const [was, is] = [jsonOf(before), jsonOf(after)];
  if (was === null && is === null) return [];
  const [old, now] = [fieldsOf(was ?? {}), fieldsOf(is ?? {})];
  if (!old || !now) return [`${words(was)} → ${words(is)}`];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names
    .filter((name) => words(old[name]) !== words(now[name]))
    .map((name) => {
      if (was === null) return `${name}: ${words(now[name])}`;
      return is === null ? `${name}: was ${words(old[name])}` : `${name}: ${words(old[name])} → ${words(now[name])}`;
    });
};

const Changes = ({ row }: { row: AuditRow }) => {
  const lines = differences(row.before, row.after);
  return (
    <ul class="changes">
      {lines.map((line) => (
        <li>{line}</li>
      ))}
    </ul>
  );
};

export const History = ({ rows }: { rows: readonly AuditRow[] }) => (
  <Panel id="history" title="History" wide>
    <Table
      columns={['When', 'Who', 'What', 'Before → after', 'Why', 'From']}
      empty="Nothing is on record yet."
      rows={rows.map((row) => [
        utc(row.at),
        actorWords(row.actor),
        row.action,
        <Changes row={row} />,
        row.cause,
        row.address ?? '',
      ])}
    />
  </Panel>
);
