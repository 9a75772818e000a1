import { useEffect, useState } from 'react';
import {
  usePrivacyCreateAnonymizationsMutation,
  usePrivacyCreateDetectionsMutation,
} from '../../api/generated';
import { problemOf } from '../../api/problem';
import { useDebounced } from '../../shared/hooks/useDebounced';
import { type Choices, type Operator, operatorsOf, type Span } from './findings';

const DEBOUNCE_MS = 350;

interface Found {
  text: string;
  spans: Span[];
}

/** The text under test: findings follow the typing, the safe text comes on request. */
export function usePrivacyCheck() {
  const [text, setText] = useState('');
  const [choices, setChoices] = useState<Choices>({});
  const [found, setFound] = useState<Found>();
  const [asked, setAsked] = useState('');
  const [detect, detection] = usePrivacyCreateDetectionsMutation();
  const [anonymize, anonymization] = usePrivacyCreateAnonymizationsMutation();
  const settled = useDebounced(text, DEBOUNCE_MS);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt asks again for the same text
  useEffect(() => {
    if (settled.trim() === '') {
      setFound(undefined);
      return;
    }
    const call = detect({ detectionRequest: { texts: [settled] } });
    let current = true;
    void call.then((answer) => {
      if (current)
        setFound(answer.data && { text: settled, spans: answer.data.results[0]?.spans ?? [] });
    });
    return () => {
      current = false;
    };
  }, [settled, detect, attempt]);

  const question = JSON.stringify([text, choices]);
  const run = () => {
    setAsked(question);
    const operators = operatorsOf(choices);
    void anonymize({ anonymizationRequest: { texts: [text], ...(operators && { operators }) } });
  };
  const blank = settled.trim() === '';
  return {
    text,
    setText,
    choices,
    choose: (type: string, operator: Operator) =>
      setChoices((old) => ({ ...old, [type]: operator })),
    clear: () => {
      setText('');
      setFound(undefined);
      anonymization.reset();
    },
    found,
    detecting: detection.isLoading,
    detectionProblem: blank ? undefined : problemOf(detection.error),
    detectAgain: () => setAttempt((old) => old + 1),
    run,
    result: anonymization.data,
    running: anonymization.isLoading,
    stale: asked !== question,
    problem: problemOf(anonymization.error),
  };
}
