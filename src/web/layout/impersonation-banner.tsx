import type { PageFrame } from '../context.ts';

const clock = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** On every page while an operator looks through a member's eyes. */
export const ImpersonationBanner = ({ frame }: { frame: PageFrame }) => {
  const { impersonation, member } = frame;
  if (!impersonation || !member) return null;
  return (
    <aside class="impersonation-banner" aria-label="Impersonation">
      <p>
        <strong>{`You see what ${member.email} sees.`}</strong>{' '}
        {`Reading only, on record, until ${clock.format(impersonation.endsAtMs)} ET.`}
      </p>
      <form method="post" action="/impersonation/end">
        <button class="button button-small" type="submit">
          Be yourself again
        </button>
      </form>
    </aside>
  );
};
