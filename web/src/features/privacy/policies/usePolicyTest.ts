import { useEffect, useState } from 'react';
import { type TriedReply, usePrivacyCreatePolicyTestMutation } from '../../../api/generatedPrivacy';
import { type Problem, problemOf } from '../../../api/problem';
import { useDebounced } from '../../../shared/hooks/useDebounced';
import type { Policy } from './model';
import type { Editing } from './useDrafts';

const DEBOUNCE_MS = 400;

export interface Tried {
  text: string;
  result: TriedReply;
  /** Whether it was tried by a draft, and not by the policy that stands. */
  drafted: boolean;
}

/** The text under test and what the policy being written makes of it. */
export function usePolicyTest({ purpose, draft, changes }: Editing) {
  const [text, setText] = useState('');
  const [tried, setTried] = useState<Tried>();
  const [problem, setProblem] = useState<Problem>();
  const [attempt, setAttempt] = useState(0);
  const [test, { isLoading }] = usePrivacyCreatePolicyTestMutation();
  const drafted = changes.length > 0;
  // As one string, so that a draft that says the same is no new question.
  const asked = JSON.stringify([text, purpose, drafted ? draft : null]);
  const question = useDebounced(asked, DEBOUNCE_MS);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt asks the same again
  useEffect(() => {
    const [about, use, policy] = JSON.parse(question) as [
      string,
      Editing['purpose'],
      Policy | null,
    ];
    setProblem(undefined);
    if (about.trim() === '') {
      setTried(undefined);
      return;
    }
    let current = true;
    const body = { texts: [about], purpose: use, ...(policy && { policy }) };
    void test({ policyTestBody: body }).then(({ data, error }) => {
      if (!current) return;
      setProblem(problemOf(error));
      const result = data?.results[0];
      setTried(result && { text: about, result, drafted: policy !== null });
    });
    return () => {
      current = false;
    };
  }, [question, test, attempt]);

  return {
    text,
    setText,
    tried,
    problem,
    busy: isLoading,
    again: () => setAttempt((old) => old + 1),
  };
}
