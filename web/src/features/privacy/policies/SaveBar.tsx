import Button from '@mui/material/Button';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SaveDialog } from './SaveDialog';
import type { Editing } from './useDrafts';

interface Props {
  editing: Editing;
  onNote: (text: string) => void;
}

/** How much is unsaved, and the way to save or drop it; it stays in sight. */
export function SaveBar({ editing, onNote }: Props) {
  const { t } = useTranslation();
  const [saving, setSaving] = useState(false);
  const count = editing.changes.length;
  return (
    <Paper
      variant="outlined"
      sx={{
        position: 'sticky',
        bottom: 8,
        zIndex: 1,
        px: 2,
        py: 1,
        display: 'flex',
        flexWrap: 'wrap',
        gap: 1,
        alignItems: 'center',
      }}
    >
      <Typography variant="body2" role="status" sx={{ flex: '1 1 10rem', fontWeight: 600 }}>
        {count > 0
          ? t('policies.save.changes', { count })
          : t('policies.save.none', { version: editing.version })}
      </Typography>
      <Button size="small" disabled={count === 0} onClick={editing.discard}>
        {t('policies.save.discard')}
      </Button>
      <Button
        size="small"
        variant="contained"
        disabled={count === 0}
        onClick={() => setSaving(true)}
      >
        {t('policies.save.open')}
      </Button>
      {saving && (
        <SaveDialog
          editing={editing}
          onClose={() => setSaving(false)}
          onSaved={(version) => {
            setSaving(false);
            editing.discard();
            onNote(t('policies.save.done', { version }));
          }}
        />
      )}
    </Paper>
  );
}
