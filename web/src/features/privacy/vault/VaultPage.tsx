import '../../../api/privacyTags';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../../shared/components/PageHeader';
import { Section } from '../../../shared/components/Section';
import { useAddress } from '../../../shared/hooks/useAddress';
import { useMay } from '../../../shared/hooks/useMay';
import { vault } from '../../../shared/i18n/en.vault';
import { addWords } from '../../../shared/i18n/late';
import { RevealLog } from './RevealLog';
import { SessionValues } from './SessionValues';

addWords({ vault });

const ID = /^[\w.:-]{1,80}$/;

function LookUp() {
  const { t } = useTranslation();
  const { get, set } = useAddress();
  const session = get('session');
  const [typed, setTyped] = useState(session ?? '');
  const [tried, setTried] = useState(false);
  const wrong = !ID.test(typed.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!wrong) set({ session: typed.trim() });
  };
  return (
    <Section title={t('vault.look.title')} text={t('vault.look.text')}>
      <Box
        component="form"
        role="search"
        noValidate
        onSubmit={submit}
        sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5, alignItems: 'flex-start' }}
      >
        <TextField
          label={t('vault.look.id')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          error={tried && wrong}
          helperText={tried && wrong ? t('vault.look.wrong') : t('vault.look.hint')}
          slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false } }}
          sx={{ flex: '1 1 16rem', maxWidth: '32rem' }}
        />
        <Button type="submit" variant="contained" sx={{ mt: 0.25 }}>
          {t('vault.look.go')}
        </Button>
      </Box>
      {session && ID.test(session) && <SessionValues key={session} session={session} />}
    </Section>
  );
}

/** What lies behind placeholders, for those who may see it; and who has looked. */
export function VaultPage() {
  const { t } = useTranslation();
  const mayReveal = useMay('privacy:reveal');
  const mayAudit = useMay('audit:read');
  return (
    <>
      <PageHeader title={t('nav.vault')} text={t('vault.text')} />
      <Box sx={{ display: 'grid', gap: 2 }}>
        {mayReveal && <LookUp />}
        {mayAudit && <RevealLog />}
      </Box>
    </>
  );
}
