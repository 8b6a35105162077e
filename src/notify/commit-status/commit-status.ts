/**
 * The outcome of a run as the status of the commit that it soaked: in the manner of GitHub (REST API, "Create a commit status"),
 * which Gitea and Forgejo share, or of GitLab ("Set commit pipeline status").
 */
import { z } from 'zod';
import type { RunResult } from '../../model/notification.ts';
import type { Outcome4 } from '../../model/verdict.ts';
import { type ChannelPlugin, DeliveryFailure } from '../channel.ts';
import { cut } from '../cut.ts';
import { post } from '../post.ts';
import { address, secretName } from '../settings.ts';

const SHA = '{sha}';

const settings = z.strictObject({
  kind: z.literal('commit_status'),
  style: z.enum(['github', 'gitlab']).describe('whose API it is; Gitea and Forgejo speak the one of GitHub'),
  url: address(
    `where to post, with ${SHA} where the commit stands`,
    `https://api.github.com/repos/acme/shop/statuses/${SHA}`,
  ).refine((text) => text.includes(SHA), {
    message: 'does not say where the commit stands',
    params: { hint: `write for example https://api.github.com/repos/acme/shop/statuses/${SHA}` },
  }),
  token: secretName('token that may set statuses'),
  context: z
    .string()
    .min(1, 'is empty')
    .max(100)
    .describe('name of the status, one for each profile')
    .default('soakd/{profile}'),
});

/** How the two tell outcomes. Neither knows `inconclusive`; nothing that was not shown is a success. */
const STATES: Record<'github' | 'gitlab', Record<Outcome4, string>> = {
  github: { passed: 'success', failed: 'failure', inconclusive: 'error', aborted: 'error' },
  gitlab: { passed: 'success', failed: 'failed', inconclusive: 'failed', aborted: 'canceled' },
};
/** GitHub cuts nothing: it refuses what is longer. GitLab allows 255. */
const MOST_DESCRIPTION = 140;

export const commitStatusChannel: ChannelPlugin<typeof settings> = {
  kind: 'commit_status',
  settings,
  takes: ['summary'],
  forPeople: false,

  open({ style, url, token, context: name }, { clock, secret }) {
    const key = secret(token);
    return {
      async send({ body }, signal) {
        const { result, title, link } = body;
        if (result === undefined)
          throw new DeliveryFailure('it is not about the end of a run: there is no commit to mark', {
            permanent: true,
          });
        // Nothing of it was soaked for real, or nobody said what was: there is nothing to mark.
        if (result.rehearsal || result.commit === null) return;
        await post({
          url: url.replaceAll(SHA, encodeURIComponent(result.commit)),
          headers:
            style === 'github'
              ? { authorization: `Bearer ${key}`, accept: 'application/json' }
              : { 'private-token': key },
          body: JSON.stringify(status(style, name, result, cut(title, MOST_DESCRIPTION), link)),
          ...{ clock, signal, secrets: [key] },
        });
      },
    };
  },
};

function status(
  style: 'github' | 'gitlab',
  name: string,
  { outcome, profile }: RunResult,
  description: string,
  link: string | null,
): object {
  const said = { state: STATES[style][outcome], description, ...(link === null ? {} : { target_url: link }) };
  const own = name.replaceAll('{profile}', profile);
  return style === 'github' ? { ...said, context: own } : { ...said, name: own };
}
