import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  usePrivacyLiftHoldMutation,
  usePrivacyPutHoldMutation,
} from '../../../api/generatedPrivacy';
import { problemOf } from '../../../api/problem';
import { ConfirmDialog } from '../../../shared/components/ConfirmDialog';
import { ErrorState } from '../../../shared/components/ErrorState';
import { Section } from '../../../shared/components/Section';

const HIDDEN = { autoComplete: 'off', spellCheck: false } as const;

function Put({ onNote }: { onNote: (text: string) => void }) {
  const { t } = useTranslation();
  const [put, { isLoading, error }] = usePrivacyPutHoldMutation();
  const [customer, setCustomer] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const problem = problemOf(error);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (customer.trim() === '' || reason.trim() === '') return;
    const { data } = await put({
      holdRequest: { customer: customer.trim(), reason: reason.trim() },
    });
    if (!data) return;
    setCustomer('');
    setReason('');
    setTried(false);
    onNote(t('retention.hold.put', { subject: data.subject }));
  };
  return (
    <Section title={t('retention.hold.title')} text={t('retention.hold.text')}>
      <Box
        component="form"
        noValidate
        onSubmit={(event) => void submit(event)}
        sx={{ display: 'grid', gap: 2, maxWidth: '36rem' }}
      >
        <TextField
          required
          label={t('retention.customer')}
          value={customer}
          onChange={(event) => setCustomer(event.target.value)}
          error={tried && customer.trim() === ''}
          helperText={t('retention.customerHint')}
          slotProps={{ htmlInput: HIDDEN }}
        />
        <TextField
          required
          label={t('retention.hold.reason')}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          error={tried && reason.trim() === ''}
          helperText={t('retention.hold.reasonHint')}
        />
        <Box>
          <Button type="submit" variant="contained" loading={isLoading}>
            {t('retention.hold.confirm')}
          </Button>
        </Box>
        {problem && <ErrorState problem={problem} />}
      </Box>
    </Section>
  );
}

function Lift({ onNote }: { onNote: (text: string) => void }) {
  const { t } = useTranslation();
  const [lift, { isLoading, error, reset }] = usePrivacyLiftHoldMutation();
  const [customer, setCustomer] = useState('');
  const [asking, setAsking] = useState(false);
  const confirm = async () => {
    const result = await lift({ holdLift: { customer: customer.trim() } });
    if (result.error) return;
    setAsking(false);
    setCustomer('');
    onNote(t('retention.lift.done'));
  };
  return (
    <Section title={t('retention.lift.title')} text={t('retention.lift.text')}>
      <Box sx={{ display: 'grid', gap: 2, maxWidth: '36rem' }}>
        <TextField
          label={t('retention.customer')}
          value={customer}
          onChange={(event) => setCustomer(event.target.value)}
          helperText={t('retention.customerHint')}
          slotProps={{ htmlInput: HIDDEN }}
        />
        <Box>
          <Button
            variant="outlined"
            color="error"
            disabled={customer.trim() === ''}
            onClick={() => setAsking(true)}
          >
            {t('retention.lift.open')}
          </Button>
        </Box>
      </Box>
      {asking && (
        <ConfirmDialog
          title={t('retention.lift.ask')}
          text={t('retention.lift.askText')}
          confirm={t('retention.lift.confirm')}
          busy={isLoading}
          problem={problemOf(error)}
          onClose={() => {
            reset();
            setAsking(false);
          }}
          onConfirm={() => void confirm()}
        />
      )}
    </Section>
  );
}

/** Whose data stay, whatever the calendar says. */
export function Holds({ onNote }: { onNote: (text: string) => void }) {
  return (
    <>
      <Put onNote={onNote} />
      <Lift onNote={onNote} />
    </>
  );
}
