import Alert from '@mui/material/Alert';
import { useTranslation } from 'react-i18next';
import { useEntityName } from '../../../shared/hooks/useEntityName';
import { switchedOff } from './model';
import type { Editing } from './useDrafts';

/** Says which types would reach a model as they are; the default counts, as model calls follow it. */
export function Warnings({ editing }: { editing: Editing }) {
  const { t } = useTranslation();
  const name = useEntityName();
  const { purpose, draft, standard, basedOn, version } = editing;
  const off = switchedOff(draft, standard);
  const weakens = off.length > 0 && (purpose === 'model_call' || purpose === 'default');
  return (
    <>
      {weakens && (
        <Alert severity="warning" variant="outlined" role="status">
          {t(`policies.weakens.${purpose}`, {
            types: off.map((type) => name.of(type)).join(', '),
          })}
        </Alert>
      )}
      {basedOn !== version && (
        <Alert severity="warning" variant="outlined" role="status">
          {t('policies.moved')}
        </Alert>
      )}
    </>
  );
}
