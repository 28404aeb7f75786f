import { describe, expect, test } from 'bun:test';
import { instant } from '../types.ts';
import { DEFAULT_GATEWAY_SCHEDULE, type GatewaySchedule, gatewayClosureAt } from './gateway-gate.ts';

const at = (text: string) => instant(Date.parse(text));
const schedule = (more: Partial<GatewaySchedule> = {}): GatewaySchedule => ({ ...DEFAULT_GATEWAY_SCHEDULE, ...more });
const closed = (text: string, more: Partial<GatewaySchedule> = {}) =>
  gatewayClosureAt(at(text), schedule(more))?.cause ?? null;

/** Every stretch of the day in which the gate is closed, minute by minute, `HH:MM–HH:MM` in UTC. */
const stretches = (day: string, more: Partial<GatewaySchedule>): string[] => {
  const start = at(`${day}T00:00:00Z`);
  const found: string[] = [];
  let from: number | null = null;
  const clock = (minute: number) => new Date(start + minute * 60_000).toISOString().slice(11, 16);
  for (let minute = 0; minute <= 1440; minute += 1) {
    const isClosed = minute < 1440 && gatewayClosureAt(instant(start + minute * 60_000), schedule(more)) !== null;
    if (isClosed && from === null) from = minute;
    if (!isClosed && from !== null) {
      found.push(`${clock(from)}–${clock(minute)}`);
      from = null;
    }
  }
  return found;
};

describe('the daily restart', () => {
  test('closes the gate some minutes before, to the millisecond, and until some minutes after', () => {
    // A Wednesday in winter: 23:45 in New York is 04:45 UTC of Thursday.
    expect(closed('2026-01-15T04:39:59.999Z')).toBeNull();
    expect(closed('2026-01-15T04:40:00.000Z')).toBe('daily-restart');
    expect(closed('2026-01-15T04:45:00.135Z')).toBe('daily-restart');
    expect(closed('2026-01-15T04:49:59.999Z')).toBe('daily-restart');
    expect(closed('2026-01-15T04:50:00.000Z')).toBeNull();
    expect(gatewayClosureAt(at('2026-01-15T04:45:00Z'), schedule())).toEqual({
      cause: 'daily-restart',
      from: at('2026-01-15T04:40:00Z'),
      until: at('2026-01-15T04:50:00Z'),
    });
  });

  test('follows the clock of its own machine over both changes of the hour', () => {
    const restart = { restartAt: '23:45', restartZone: 'America/New_York', loginAtUtc: '20:00' };
    // 2026-03-08 is short in New York, 2026-11-01 long.
    expect(stretches('2026-03-07', restart)).toEqual(['04:40–04:50']);
    expect(stretches('2026-03-09', restart)).toEqual(['03:40–03:50']);
    expect(stretches('2026-11-01', restart)).toContain('03:40–03:50');
    expect(stretches('2026-11-02', restart)).toEqual(['04:40–04:50']);
  });

  test('a machine elsewhere changes its hour on its own Sunday', () => {
    const london = { restartZone: 'Europe/London', restartAt: '23:45' };
    // Between 8 and 29 March New York has changed and London has not.
    expect(stretches('2026-03-18', london)).toEqual(['23:40–23:50']);
    expect(stretches('2026-03-30', london)).toEqual(['22:40–22:50']);
    const chicago = { restartZone: 'America/Chicago', restartAt: '23:45' };
    expect(stretches('2026-03-18', chicago)).toEqual(['04:40–04:50']);
  });

  test('a time that comes twice closes the gate twice, and one that never comes closes it around both readings', () => {
    const early = { restartAt: '01:30', restartZone: 'America/New_York', loginAtUtc: '20:00' };
    expect(stretches('2026-11-01', early).filter((text) => !text.startsWith('19'))).toEqual([
      '05:25–05:35',
      '06:25–06:35',
    ]);
    const never = { ...early, restartAt: '02:30' };
    expect(stretches('2026-03-08', never).filter((text) => !text.startsWith('19'))).toEqual([
      '06:25–06:35',
      '07:25–07:35',
    ]);
  });

  test('a restart at midnight closes the end of one day and the beginning of the next', () => {
    expect(stretches('2026-01-15', { restartAt: '00:00', restartZone: 'UTC' })).toEqual(['00:00–00:05', '23:55–00:00']);
  });

  test('every day of two years has one, wherever the machine stands', () => {
    for (const restartZone of ['America/New_York', 'Europe/Zurich', 'Asia/Tokyo', 'Australia/Sydney']) {
      for (let day = 0; day < 730; day += 1) {
        const date = Temporal.PlainDate.from('2026-01-01').add({ days: day });
        const restart = date.toZonedDateTime({ timeZone: restartZone, plainTime: '23:45' }).epochMilliseconds;
        const closure = gatewayClosureAt(instant(restart), schedule({ restartZone }));
        if (closure === null) throw new Error(`${restartZone} ${date}: open at its own restart`);
        expect(closure.until - closure.from).toBeGreaterThanOrEqual(10 * 60_000);
      }
    }
  });
});

describe('the weekly re-login', () => {
  test('closes the gate on Sundays alone, at the same UTC time all year', () => {
    for (const sunday of ['2026-01-18', '2026-03-08', '2026-03-29', '2026-07-05', '2026-11-01'])
      expect(stretches(sunday, { restartZone: 'UTC' })).toEqual(['11:55–12:15', '23:40–23:50']);
    expect(closed('2026-01-19T12:00:00Z')).toBeNull();
    expect(closed('2026-01-18T12:14:59Z')).toBe('weekly-login');
  });

  test('when it overlaps a restart, the closure that ends last is told', () => {
    const both = { restartAt: '11:50', restartZone: 'UTC', loginAtUtc: '11:55' };
    expect(closed('2026-01-18T11:52:00Z', both)).toBe('weekly-login');
    expect(stretches('2026-01-18', both)).toEqual(['11:45–12:10']);
  });
});
