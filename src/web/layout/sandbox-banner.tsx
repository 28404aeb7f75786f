import type { SiteOptions } from '../context.ts';

const listed = (names: readonly string[]): string => new Intl.ListFormat('en', { type: 'conjunction' }).format(names);

/** On every page while any vendor is not the real one. */
export const SandboxBanner = ({ options, operator }: { options: SiteOptions; operator: boolean }) => {
  if (options.sandboxed.length === 0) return null;
  const verb = options.sandboxed.length === 1 ? 'is' : 'are';
  return (
    <aside class="sandbox-banner" aria-label="Sandbox">
      <strong>Sandbox</strong>
      <span>
        {`${listed(options.sandboxed)} ${verb} simulated on this machine; nothing that comes from there is real.`}
        {options.sandboxDescription === null ? '' : ` Market: ${options.sandboxDescription}.`}
      </span>
      {operator ? <a href="/sandbox/inbox">What the simulated outside received</a> : null}
    </aside>
  );
};
