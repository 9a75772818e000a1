import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import TextField from '@mui/material/TextField';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link as RouterLink, useSearchParams } from 'react-router';
import { useGatewayCreateSetupMutation } from '../../api/generated';
import { problemOf } from '../../api/problem';
import { FormProblem } from './FormProblem';
import { FrontPage } from './FrontPage';
import { PasswordField } from './PasswordField';
import { useEnter } from './useEnter';

/** NIST SP 800-63B, section 5.1.1.2, asks for at least 8; an administrator's account gets 12. */
const MIN_PASSWORD = 12;
const EMAIL = /^\S+@\S+\.\S+$/;

export function SetupPage() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const token = params.get('token') ?? '';
  const [createSetup, { isLoading, error }] = useGatewayCreateSetupMutation();
  const [form, setForm] = useState({ name: '', email: '', password: '' });
  const [tried, setTried] = useState(false);
  const enter = useEnter();
  const problems = {
    name: form.name.trim() === '' ? t('session.required') : undefined,
    email: EMAIL.test(form.email.trim()) ? undefined : t('session.badEmail'),
    password:
      Array.from(form.password).length < MIN_PASSWORD
        ? t('session.short', { count: MIN_PASSWORD })
        : undefined,
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (problems.name || problems.email || problems.password) return;
    const person = { name: form.name.trim(), email: form.email.trim(), password: form.password };
    const result = await createSetup({ setupRequest: { token, ...person } });
    if (!result.error) await enter(null);
  };
  const field = (name: keyof typeof form) => ({
    name,
    required: true,
    value: form[name],
    onChange: (event: { target: { value: string } }) =>
      setForm((old) => ({ ...old, [name]: event.target.value })),
    error: tried && problems[name] !== undefined,
    helperText: tried ? problems[name] : undefined,
  });
  return (
    <FrontPage title={t('session.setupTitle')} text={t('session.setupText')}>
      {token === '' && (
        <Alert severity="warning" variant="outlined">
          {t('session.noToken')}
        </Alert>
      )}
      <FormProblem
        problem={problemOf(error)}
        words={{
          401: t('session.tokenRefused'),
          403: t('session.tokenRefused'),
          404: t('session.tokenRefused'),
          410: t('session.tokenRefused'),
        }}
      />
      <form
        noValidate
        onSubmit={(event) => void submit(event)}
        style={{ display: 'grid', gap: '1.25rem' }}
      >
        <TextField {...field('name')} label={t('session.name')} autoComplete="name" autoFocus />
        <TextField
          {...field('email')}
          label={t('session.email')}
          type="email"
          autoComplete="username"
        />
        <PasswordField
          {...field('password')}
          autoComplete="new-password"
          helperText={
            field('password').helperText ?? t('session.passwordHint', { count: MIN_PASSWORD })
          }
        />
        <Button
          type="submit"
          variant="contained"
          size="large"
          loading={isLoading}
          disabled={token === ''}
        >
          {t('session.create')}
        </Button>
      </form>
      <Link component={RouterLink} to="/sign-in" variant="body2" sx={{ textAlign: 'center' }}>
        {t('session.haveAccount')}
      </Link>
    </FrontPage>
  );
}
