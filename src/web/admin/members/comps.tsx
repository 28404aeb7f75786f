import { z } from 'zod';
import type { Dossier } from '../../../db/queries/members/dossier.ts';
import { utc } from '../format.ts';
import { Panel, Table } from '../panel.tsx';
import { ActForm } from './act-form.tsx';
import { actorWords } from './history.tsx';

type Comp = Dossier['comps'][number];

const stateOf = (comp: Comp, now: Date): 'revoked' | 'lapsed' | 'to come' | 'running' => {
  if (comp.revokedAt) return 'revoked';
  if (comp.endsAt && comp.endsAt <= now) return 'lapsed';
  return comp.startsAt > now ? 'to come' : 'running';
};

const jsonText = z.unknown().transform((value) => JSON.stringify(value));

/** What was given, with a way to end what still runs. */
export const Comps = ({ dossier: { user, comps, policyNow } }: { dossier: Dossier }) => (
  <Panel id="comps" title="Given access" wide>
    <Table
      columns={['Tier', 'From', 'Until', 'State', 'By', 'Why', '']}
      empty="Nothing was given."
      rows={comps.map((comp) => {
        const state = stateOf(comp, policyNow);
        return [
          comp.tier,
          utc(comp.startsAt),
          comp.endsAt ? utc(comp.endsAt) : 'until revoked',
          comp.revokedAt ? `revoked ${utc(comp.revokedAt)}` : state,
          actorWords(jsonText.parse(comp.actor)),
          comp.reason,
          state === 'running' || state === 'to come' ? (
            <ActForm
              id={`revoke-${comp.id}`}
              action={`/admin/members/${user.id}/comp/revoke`}
              title="Revoke"
              button="Revoke"
              danger
              hint="Ends at once. What is bought stays."
            >
              <input type="hidden" name="comp" value={comp.id} />
            </ActForm>
          ) : (
            ''
          ),
        ];
      })}
    />
  </Panel>
);
