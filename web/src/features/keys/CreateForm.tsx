import Button from '@mui/material/Button';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useGatewayCreateKeyMutation, useGatewayListScopesQuery } from '../../api/generated';
import { problemOf } from '../../api/problem';
import { ErrorState } from '../../shared/components/ErrorState';
import { ScopeList } from './ScopeList';

const DAY_MS = 86_400_000;
const EXPIRIES = { never: undefined, d30: 30, d90: 90, d365: 365 } as const;
type Expiry = keyof typeof EXPIRIES;

function expiresAt(expiry: Expiry): string | undefined {
  const days = EXPIRIES[expiry];
  return days === undefined ? undefined : new Date(Date.now() + days * DAY_MS).toISOString();
}

interface Props {
  onMade: (key: string) => void;
  onCancel: () => void;
}

/** A name, scopes and an expiry. */
export function CreateForm({ onMade, onCancel }: Props) {
  const { t } = useTranslation();
  const known = useGatewayListScopesQuery();
  const [create, { isLoading, error }] = useGatewayCreateKeyMutation();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set());
  const [expiry, setExpiry] = useState<Expiry>('d90');
  const [tried, setTried] = useState(false);
  const problem = problemOf(error) ?? problemOf(known.error);
  const nameless = name.trim() === '';
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (nameless || scopes.size === 0) return;
    const expires_at = expiresAt(expiry);
    const result = await create({
      keyRequest: { name: name.trim(), scopes: [...scopes], ...(expires_at && { expires_at }) },
    });
    if (result.data) onMade(result.data.key);
  };
  return (
    <form noValidate onSubmit={(event) => void submit(event)}>
      <DialogTitle id="create-title">{t('keys.dialog.title')}</DialogTitle>
      <DialogContent sx={{ display: 'grid', gap: 2.5 }}>
        <TextField
          autoFocus
          required
          label={t('keys.dialog.name')}
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={tried && nameless}
          helperText={tried && nameless ? t('keys.dialog.required') : t('keys.dialog.nameHint')}
          sx={{ mt: 1 }}
        />
        <ScopeList
          scopes={known.data?.items ?? []}
          chosen={scopes}
          onChange={setScopes}
          missing={tried && scopes.size === 0}
        />
        <TextField
          select
          label={t('keys.dialog.expires')}
          value={expiry}
          onChange={(event) => setExpiry(event.target.value as Expiry)}
          slotProps={{ select: { native: true } }}
          sx={{ maxWidth: '16rem' }}
        >
          {(Object.keys(EXPIRIES) as Expiry[]).map((choice) => (
            <option key={choice} value={choice}>
              {t(`keys.dialog.expiry.${choice}`)}
            </option>
          ))}
        </TextField>
        {problem && <ErrorState problem={problem} />}
      </DialogContent>
      <DialogActions sx={{ px: 3, pb: 2.5 }}>
        <Button onClick={onCancel}>{t('actions.cancel')}</Button>
        <Button type="submit" variant="contained" loading={isLoading}>
          {t('keys.create')}
        </Button>
      </DialogActions>
    </form>
  );
}
