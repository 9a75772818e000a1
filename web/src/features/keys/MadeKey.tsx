import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogContentText from '@mui/material/DialogContentText';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../shared/components/CopyButton';

interface Props {
  value: string;
  onDone: () => void;
}

export function MadeKey({ value, onDone }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <DialogTitle id="create-title">{t('keys.made.title')}</DialogTitle>
      <DialogContent>
        <DialogContentText sx={{ mb: 2 }}>{t('keys.made.text')}</DialogContentText>
        <Box sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
          <TextField
            fullWidth
            autoFocus
            label={t('keys.made.label')}
            value={value}
            onFocus={(event) => event.target.select()}
            slotProps={{ htmlInput: { readOnly: true, style: { fontFamily: 'monospace' } } }}
            sx={{ mt: 1 }}
          />
        </Box>
      </DialogContent>
      <DialogActions sx={{ px: 3, pb: 2.5 }}>
        <CopyButton text={value} label={t('keys.made.copy')} variant="outlined" />
        <Button variant="contained" onClick={onDone}>
          {t('keys.made.done')}
        </Button>
      </DialogActions>
    </>
  );
}
