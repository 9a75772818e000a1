import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogContentText from '@mui/material/DialogContentText';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import TextField from '@mui/material/TextField';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ANY_TYPE, type Entity, type EntityRule, needsRisk, type OperatorConfig } from './model';
import { OperatorFields } from './OperatorFields';
import type { Editing } from './useDrafts';
import { useTypeName } from './useTypeName';

const SHORTEST_REASON = 3;
const STATES = ['unsaid', 'on', 'off'] as const;

interface Props {
  entity: Entity;
  editing: Editing;
  onClose: () => void;
  onRule: (rule: EntityRule) => void;
}

/** One type's rule; what is left open comes from the default policy or the product. */
export function EntityDialog({ entity, editing, onClose, onRule }: Props) {
  const { t } = useTranslation();
  const typeName = useTypeName();
  const { draft, purpose } = editing;
  const own: EntityRule = draft.entities[entity.type] ?? {};
  const [enabled, setEnabled] = useState<boolean | null>(own.enabled ?? null);
  const [threshold, setThreshold] = useState(own.threshold?.toString() ?? '');
  const [operator, setOperator] = useState<OperatorConfig | null>(own.operator ?? null);
  const [accepts, setAccepts] = useState(own.accept_risk ?? false);
  const [reason, setReason] = useState(own.reason ?? '');
  const [tried, setTried] = useState(false);
  const any = entity.type === ANY_TYPE;
  const score = threshold === '' ? null : Number(threshold);
  const badScore = score !== null && !(score >= 0 && score <= 1);
  const rule: EntityRule = { enabled, threshold: score, operator };
  const risky = needsRisk(rule, entity, purpose);
  const unsaid = risky && (!accepts || reason.trim().length < SHORTEST_REASON);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (badScore || unsaid) return;
    onRule(risky ? { ...rule, accept_risk: true, reason: reason.trim() } : rule);
  };
  const state = enabled === null ? 'unsaid' : enabled ? 'on' : 'off';
  const standard = purpose === 'default' ? 'policies.dialog.product' : 'policies.dialog.standard';
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs" aria-labelledby="entity-title">
      <Box component="form" noValidate onSubmit={submit}>
        <DialogTitle id="entity-title">
          {any ? t('policies.entities.others') : typeName(entity)}
        </DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 2.5 }}>
          <DialogContentText>
            {any ? t('policies.entities.othersText') : entity.description}
          </DialogContentText>
          {!any && (
            <TextField
              select
              label={t('policies.dialog.hide')}
              value={state}
              onChange={(event) =>
                setEnabled({ unsaid: null, on: true, off: false }[event.target.value] ?? null)
              }
              slotProps={{ select: { native: true } }}
            >
              {STATES.map((each) => (
                <option key={each} value={each}>
                  {each === 'unsaid' ? t(standard) : t(`policies.dialog.${each}`)}
                </option>
              ))}
            </TextField>
          )}
          <TextField
            type="number"
            label={t('policies.dialog.threshold')}
            value={threshold}
            onChange={(event) => setThreshold(event.target.value)}
            error={badScore}
            helperText={t(badScore ? 'policies.dialog.badScore' : 'policies.dialog.thresholdHint')}
            slotProps={{
              htmlInput: { min: 0, max: 1, step: 0.05 },
              inputLabel: { shrink: true },
            }}
          />
          <OperatorFields config={operator} unsaid={t(standard)} onChange={setOperator} />
          {risky && (
            <Box sx={{ display: 'grid', gap: 1.5 }}>
              <FormControlLabel
                control={<Checkbox checked={accepts} onChange={(_, on) => setAccepts(on)} />}
                label={t('policies.dialog.accept')}
              />
              <TextField
                required
                label={t('policies.dialog.reason')}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
                error={tried && unsaid}
                helperText={
                  tried && unsaid
                    ? t('policies.dialog.reasonWrong', { count: SHORTEST_REASON })
                    : t('policies.dialog.reasonHint')
                }
              />
            </Box>
          )}
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2.5 }}>
          <Button onClick={onClose}>{t('actions.cancel')}</Button>
          <Button type="submit" variant="contained">
            {t('policies.dialog.take')}
          </Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}
