import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useGatewayCreateSessionMutation } from '../../api/generated';
import { problemOf } from '../../api/problem';
import { FormProblem } from './FormProblem';
import { FrontPage } from './FrontPage';
import { PasswordField } from './PasswordField';
import { useEnter } from './useEnter';

export function SignInPage() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const [createSession, { isLoading, error }] = useGatewayCreateSessionMutation();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const enter = useEnter();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (email.trim() === '' || password === '') return;
    const result = await createSession({ sessionRequest: { email: email.trim(), password } });
    if (!result.error) await enter(params.get('next'));
  };
  const missing = (value: string) => (tried && value === '' ? t('session.required') : undefined);
  return (
    <FrontPage title={t('session.signInTitle')}>
      <FormProblem
        problem={problemOf(error)}
        words={{ 401: t('session.wrong'), 429: t('session.limited') }}
      />
      <form
        noValidate
        onSubmit={(event) => void submit(event)}
        style={{ display: 'grid', gap: '1.25rem' }}
      >
        <TextField
          label={t('session.email')}
          type="email"
          name="email"
          autoComplete="username"
          autoFocus
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          error={missing(email) !== undefined}
          helperText={missing(email)}
        />
        <PasswordField
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={missing(password) !== undefined}
          helperText={missing(password)}
        />
        <Button type="submit" variant="contained" size="large" loading={isLoading}>
          {t('session.signIn')}
        </Button>
      </form>
    </FrontPage>
  );
}
