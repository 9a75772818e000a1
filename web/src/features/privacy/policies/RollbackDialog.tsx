import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePrivacyCreateRollbackMutation } from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ConfirmDialog } from '../../../shared/components/ConfirmDialog';
import type { Purpose } from './model';

interface Props {
  purpose: Purpose;
  version: number;
  onClose: () => void;
  onDone: (version: number) => void;
}

/** Lets an earlier version hold again, as a new one. */
export function RollbackDialog({ purpose, version, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const [roll, { isLoading, error }] = usePrivacyCreateRollbackMutation();
  const [note, setNote] = useState('');
  const confirm = async () => {
    const { data } = await roll({ purpose, rollbackBody: { version, note: note.trim() } });
    if (data) onDone(data.version);
  };
  return (
    <ConfirmDialog
      title={t('policies.history.rollTitle', { version })}
      text={t('policies.history.rollText')}
      confirm={t('policies.history.rollConfirm')}
      color="primary"
      busy={isLoading}
      problem={problemOf(error)}
      onClose={onClose}
      onConfirm={() => void confirm()}
    >
      <TextField
        autoFocus
        label={t('policies.save.note')}
        value={note}
        onChange={(event) => setNote(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 500 } }}
      />
    </ConfirmDialog>
  );
}
