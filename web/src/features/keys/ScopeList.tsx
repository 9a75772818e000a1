import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControl from '@mui/material/FormControl';
import FormControlLabel from '@mui/material/FormControlLabel';
import FormHelperText from '@mui/material/FormHelperText';
import FormLabel from '@mui/material/FormLabel';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import type { ScopeReply } from '../../api/generated';

interface Props {
  scopes: ScopeReply[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
  missing: boolean;
}

export function ScopeList({ scopes, chosen, onChange, missing }: Props) {
  const { t } = useTranslation();
  const all = scopes.length > 0 && chosen.size === scopes.length;
  const toggle = (scope: string) => {
    const next = new Set(chosen);
    if (!next.delete(scope)) next.add(scope);
    onChange(next);
  };
  return (
    <FormControl component="fieldset" error={missing} required>
      <Box sx={{ display: 'flex', alignItems: 'center', mb: 0.5 }}>
        <FormLabel component="legend" sx={{ flex: 1 }}>
          {t('keys.dialog.scopes')}
        </FormLabel>
        <Button
          size="small"
          onClick={() => onChange(new Set(all ? [] : scopes.map((each) => each.scope)))}
        >
          {all ? t('keys.dialog.none') : t('keys.dialog.all')}
        </Button>
      </Box>
      <Box sx={{ display: 'grid', gridTemplateColumns: { xs: '1fr', sm: '1fr 1fr' } }}>
        {scopes.map(({ scope, description }) => (
          <FormControlLabel
            key={scope}
            label={
              <>
                {scope}
                <Typography
                  variant="caption"
                  component="span"
                  sx={{ display: 'block', color: 'text.secondary' }}
                >
                  {description}
                </Typography>
              </>
            }
            sx={{ alignItems: 'flex-start', my: 0.25 }}
            control={
              <Checkbox size="small" checked={chosen.has(scope)} onChange={() => toggle(scope)} />
            }
            slotProps={{ typography: { variant: 'body2' } }}
          />
        ))}
      </Box>
      {missing && <FormHelperText sx={{ mx: 0 }}>{t('keys.dialog.scopesRequired')}</FormHelperText>}
    </FormControl>
  );
}
