import { useEffect, useState } from 'react';
import type { SavedPolicyReply } from '../../../api/generatedPrivacy';
import { changedPlaces, type Policy, type Purpose, policyOf } from './model';

interface Draft {
  policy: Policy;
  /** The version that it was made from. */
  basedOn: number;
}

export interface Editing {
  purpose: Purpose;
  /** The version that stands. */
  version: number;
  saved: Policy;
  draft: Policy;
  basedOn: number;
  /** Where the draft differs from what stands. */
  changes: string[];
  /** What `default` says, for what this purpose leaves unsaid; undefined for `default` itself. */
  standard: Policy | undefined;
  edit: (policy: Policy) => void;
  discard: () => void;
}

/** What is being written for each purpose; drafts live as long as the page does. */
export function useDrafts(items: SavedPolicyReply[], purpose: Purpose): Editing {
  const [drafts, setDrafts] = useState<Partial<Record<Purpose, Draft>>>({});
  const policies = Object.fromEntries(items.map((one) => [one.purpose, one]));
  const stands = policies[purpose];
  const saved = policyOf(stands?.policy ?? {});
  const version = stands?.version ?? 0;
  const draft = drafts[purpose] ?? { policy: saved, basedOn: version };
  const changes = changedPlaces(saved, draft.policy);
  const unsaved = Object.keys(drafts).length > 0 && changes.length > 0;
  useEffect(() => {
    if (!unsaved) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [unsaved]);
  const standard = drafts.default?.policy ?? policyOf(policies.default?.policy ?? {});
  return {
    purpose,
    version,
    saved,
    draft: draft.policy,
    basedOn: draft.basedOn,
    changes,
    standard: purpose === 'default' ? undefined : standard,
    edit: (policy) =>
      setDrafts((old) => ({ ...old, [purpose]: { policy, basedOn: draft.basedOn } })),
    discard: () => setDrafts(({ [purpose]: _, ...others }) => others),
  };
}
