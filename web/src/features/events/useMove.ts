import { useState } from 'react';
import {
  type DiscardReason,
  useGatewayCreateDiscardMutation,
  useGatewayCreateRedriveMutation,
} from '../../api/generated';
import { type Problem, problemOf } from '../../api/problem';
import { lettersOf, type Target } from './letters';

export interface Why {
  reason: DiscardReason;
  reference?: string;
}

export interface Outcome {
  done: number;
  problem?: Problem;
}

type Answer = { data?: { count: number; more: boolean }; error?: unknown };

/** Tells letters again or, with a reason, discards them; in as many calls as that takes. */
export function useMove() {
  const [redrive] = useGatewayCreateRedriveMutation();
  const [discard] = useGatewayCreateDiscardMutation();
  const [done, setDone] = useState<number>();
  const [problem, setProblem] = useState<Problem>();
  const move = async (target: Target, why?: Why): Promise<Outcome> => {
    const letters = lettersOf(target);
    const call = async (): Promise<Answer> =>
      why
        ? discard({ discardRequest: { letters, ...why } })
        : redrive({ redriveRequest: { letters } });
    let count = 0;
    let failed: Problem | undefined;
    setProblem(undefined);
    for (let more = true; more; ) {
      setDone(count);
      const { data, error } = await call();
      failed = problemOf(error);
      count += data?.count ?? 0;
      more = data?.more ?? false;
    }
    setDone(undefined);
    setProblem(failed);
    return { done: count, problem: failed };
  };
  return { move, done, problem, busy: done !== undefined };
}
