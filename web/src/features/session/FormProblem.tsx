import Alert from '@mui/material/Alert';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../../api/problem';

interface Props {
  problem: Problem | undefined;
  /** Plain words for the statuses that a person can act on. */
  words?: Partial<Record<number, string>>;
}

/** Why a form was refused, announced when it appears. */
export function FormProblem({ problem, words = {} }: Props) {
  const { t } = useTranslation();
  if (!problem) return null;
  const known = words[problem.status];
  const fallback = problem.status === 0 ? t('state.unreachable') : t('state.unexpected');
  const text = known ?? (problem.detail || problem.title || fallback);
  return (
    <Alert severity="error" variant="outlined">
      {known || !problem.instance ? text : t('session.problem', { text, id: problem.instance })}
    </Alert>
  );
}
