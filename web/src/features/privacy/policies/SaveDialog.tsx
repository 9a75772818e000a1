import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePrivacySavePolicyMutation } from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ConfirmDialog } from '../../../shared/components/ConfirmDialog';
import type { Editing } from './useDrafts';
import { usePlaceName } from './usePlaceName';
import { Warnings } from './Warnings';

const CONFLICT = 409;
const SHOWN = 12;

interface Props {
  editing: Editing;
  onClose: () => void;
  onSaved: (version: number) => void;
}

/** What changes, why, and from which version; it holds once the server has said so. */
export function SaveDialog({ editing, onClose, onSaved }: Props) {
  const { t } = useTranslation();
  const placeName = usePlaceName();
  const [save, { isLoading, error }] = usePrivacySavePolicyMutation();
  const [note, setNote] = useState('');
  const { purpose, draft, basedOn, changes } = editing;
  const problem = problemOf(error);
  const confirm = async () => {
    const body = { policy: draft, note: note.trim(), based_on: basedOn };
    const { data } = await save({ purpose, policyBody: body });
    if (data) onSaved(data.version);
  };
  return (
    <ConfirmDialog
      title={t('policies.save.title', { purpose: t(`policies.purpose.${purpose}`) })}
      text={t('policies.save.text')}
      confirm={t('policies.save.confirm')}
      color="primary"
      busy={isLoading}
      problem={problem?.status === CONFLICT ? undefined : problem}
      onClose={onClose}
      onConfirm={() => void confirm()}
    >
      <Box component="ul" aria-label={t('policies.save.list')} sx={{ m: 0, pl: 2.5 }}>
        {changes.slice(0, SHOWN).map((place) => (
          <li key={place}>{placeName(place)}</li>
        ))}
        {changes.length > SHOWN && (
          <li>{t('policies.save.more', { count: changes.length - SHOWN })}</li>
        )}
      </Box>
      <Warnings editing={editing} />
      <TextField
        autoFocus
        label={t('policies.save.note')}
        value={note}
        onChange={(event) => setNote(event.target.value)}
        helperText={t('policies.save.noteHint')}
        slotProps={{ htmlInput: { maxLength: 500 } }}
      />
      {problem?.status === CONFLICT && (
        <Alert
          severity="error"
          variant="outlined"
          action={
            <Button
              size="small"
              color="inherit"
              onClick={() => {
                editing.discard();
                onClose();
              }}
            >
              {t('policies.save.newer')}
            </Button>
          }
        >
          {problem.detail ?? problem.title}
        </Alert>
      )}
    </ConfirmDialog>
  );
}
