import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Purpose, usePrivacyPutConsentMutation } from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ErrorState } from '../../../shared/components/ErrorState';
import { PURPOSES } from './Purposes';

const SAID = ['yes', 'no'] as const;

interface Props {
  onClose: () => void;
  onSaved: () => void;
}

/** Records what a customer said of a purpose, and where they said it. */
export function ConsentDialog({ onClose, onSaved }: Props) {
  const { t } = useTranslation();
  const [put, { isLoading, error }] = usePrivacyPutConsentMutation();
  const [customer, setCustomer] = useState('');
  const [purpose, setPurpose] = useState<Purpose>('model_call');
  const [said, setSaid] = useState<(typeof SAID)[number]>('no');
  const [source, setSource] = useState('');
  const [tried, setTried] = useState(false);
  const problem = problemOf(error);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (customer.trim() === '' || source.trim() === '') return;
    const { data } = await put({
      consentRequest: {
        customer: customer.trim(),
        purpose,
        granted: said === 'yes',
        source: source.trim(),
      },
    });
    if (data) onSaved();
  };
  const native = { select: { native: true } };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs" aria-labelledby="consent-title">
      <Box component="form" noValidate onSubmit={(event) => void submit(event)}>
        <DialogTitle id="consent-title">{t('retention.consents.record')}</DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 2 }}>
          <TextField
            autoFocus
            required
            label={t('retention.customer')}
            value={customer}
            onChange={(event) => setCustomer(event.target.value)}
            error={tried && customer.trim() === ''}
            helperText={t('retention.customerHint')}
            slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false } }}
            sx={{ mt: 1 }}
          />
          <TextField
            select
            label={t('retention.consents.purpose')}
            value={purpose}
            onChange={(event) => setPurpose(event.target.value as Purpose)}
            slotProps={native}
          >
            {PURPOSES.map((each) => (
              <option key={each} value={each}>
                {t(`retention.purpose.${each}`)}
              </option>
            ))}
          </TextField>
          <TextField
            select
            label={t('retention.consents.said')}
            value={said}
            onChange={(event) => setSaid(event.target.value as (typeof SAID)[number])}
            slotProps={native}
          >
            {SAID.map((each) => (
              <option key={each} value={each}>
                {t(`retention.consents.${each}`)}
              </option>
            ))}
          </TextField>
          <TextField
            required
            label={t('retention.consents.source')}
            value={source}
            onChange={(event) => setSource(event.target.value)}
            error={tried && source.trim() === ''}
            helperText={t('retention.consents.sourceHint')}
            slotProps={{ htmlInput: { maxLength: 200 } }}
          />
          {problem && <ErrorState problem={problem} />}
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2.5 }}>
          <Button onClick={onClose}>{t('actions.cancel')}</Button>
          <Button type="submit" variant="contained" loading={isLoading}>
            {t('retention.consents.save')}
          </Button>
        </DialogActions>
      </Box>
    </Dialog>
  );
}
