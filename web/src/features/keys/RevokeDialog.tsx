import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogContentText from '@mui/material/DialogContentText';
import DialogTitle from '@mui/material/DialogTitle';
import { useTranslation } from 'react-i18next';
import { useGatewayDeleteKeyMutation } from '../../api/generated';
import { problemOf } from '../../api/problem';
import { ErrorState } from '../../shared/components/ErrorState';
import type { ApiKey } from './keyStatus';

interface Props {
  apiKey: ApiKey;
  onClose: () => void;
}

export function RevokeDialog({ apiKey, onClose }: Props) {
  const { t } = useTranslation();
  const [revoke, { isLoading, error }] = useGatewayDeleteKeyMutation();
  const problem = problemOf(error);
  const confirm = async () => {
    const result = await revoke({ keyId: apiKey.id });
    if (!result.error) onClose();
  };
  return (
    <Dialog open onClose={onClose} maxWidth="xs" aria-labelledby="revoke-title">
      <DialogTitle id="revoke-title">{t('keys.revoke.title', { name: apiKey.name })}</DialogTitle>
      <DialogContent>
        <DialogContentText>{t('keys.revoke.text')}</DialogContentText>
        {problem && <ErrorState problem={problem} />}
      </DialogContent>
      <DialogActions sx={{ px: 3, pb: 2.5 }}>
        <Button onClick={onClose} autoFocus>
          {t('actions.cancel')}
        </Button>
        <Button
          variant="contained"
          color="error"
          loading={isLoading}
          onClick={() => void confirm()}
        >
          {t('keys.revoke.confirm')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
