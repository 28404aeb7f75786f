import type { Child } from 'hono/jsx';

export interface PanelProps {
  readonly id: string;
  readonly title: string;
  readonly wide?: boolean;
  readonly children?: Child;
}

export const Panel = ({ id, title, wide, children }: PanelProps) => (
  <section class={wide ? 'panel panel-wide' : 'panel'} id={id} aria-labelledby={`${id}-heading`}>
    <h2 id={`${id}-heading`}>{title}</h2>
    {children}
  </section>
);

export interface TableProps {
  readonly columns: readonly string[];
  /** Said instead of an empty table. */
  readonly empty: string;
  readonly rows: readonly (readonly Child[])[];
  /** Columns of figures, from 0: set to the right, in figures of one width. */
  readonly figures?: readonly number[];
}

/** Scrolls within itself on narrow screens. */
export const Table = ({ columns, empty, rows, figures = [] }: TableProps) =>
  rows.length === 0 ? (
    <p class="empty">{empty}</p>
  ) : (
    <div class="table-scroll" tabindex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((name, index) => (
              <th scope="col" class={figures.includes(index) ? 'figure' : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr>
              {cells.map((cell, index) => (
                <td class={figures.includes(index) ? 'figure' : undefined}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );

/** Null is not zero: absence is said, with its reason where there is one. */
export const Absent = ({ reason = 'absent' }: { reason?: string }) => <span class="absent">{reason}</span>;
