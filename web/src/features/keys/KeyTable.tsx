import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import Chip from '@mui/material/Chip';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatDateTime } from '../../shared/format';
import { type ApiKey, keyStatus } from './keyStatus';

const SCOPES_SHOWN = 3;
/** The scope that stands for every scope but revealing personal data. */
const ALL = '*';

function Scopes({ scopes }: { scopes: string[] }) {
  const { t } = useTranslation();
  const rest = scopes.slice(SCOPES_SHOWN);
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5 }}>
      {scopes.slice(0, SCOPES_SHOWN).map((scope) => (
        <Chip
          key={scope}
          size="small"
          variant="outlined"
          label={scope === ALL ? t('keys.table.allScopes') : scope}
        />
      ))}
      {rest.length > 0 && (
        <Tooltip title={rest.join(', ')}>
          <Chip
            size="small"
            tabIndex={0}
            label={t('keys.table.moreScopes', { count: rest.length })}
          />
        </Tooltip>
      )}
    </Box>
  );
}

interface Props {
  keys: ApiKey[];
  onRevoke: (key: ApiKey) => void;
}

export function KeyTable({ keys, onRevoke }: Props) {
  const { t } = useTranslation();
  const [now] = useState(() => Date.now());
  const when = (iso: string | null | undefined, format = formatDate) =>
    iso ? format(iso) : t('keys.table.never');
  return (
    <Card>
      <TableContainer tabIndex={0} role="region" aria-label={t('keys.table.label')}>
        <Table aria-label={t('keys.table.label')}>
          <TableHead>
            <TableRow>
              <TableCell>{t('keys.table.name')}</TableCell>
              <TableCell>{t('keys.table.status')}</TableCell>
              <TableCell>{t('keys.table.scopes')}</TableCell>
              <TableCell>{t('keys.table.created')}</TableCell>
              <TableCell>{t('keys.table.used')}</TableCell>
              <TableCell>{t('keys.table.expires')}</TableCell>
              <TableCell align="right">{t('keys.table.actions')}</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {keys.map((key) => {
              const status = keyStatus(key, now);
              return (
                <TableRow key={key.id} hover>
                  <TableCell component="th" scope="row" sx={{ minWidth: '10rem' }}>
                    <Typography variant="body2" sx={{ fontWeight: 600 }}>
                      {key.name}
                    </Typography>
                    <Typography
                      variant="caption"
                      sx={{ color: 'text.secondary', fontFamily: 'monospace' }}
                    >
                      {key.id}
                    </Typography>
                  </TableCell>
                  <TableCell>
                    <Chip
                      size="small"
                      variant="outlined"
                      color={status === 'active' ? 'success' : 'default'}
                      label={t(`keys.table.${status}`)}
                    />
                  </TableCell>
                  <TableCell sx={{ minWidth: '12rem' }}>
                    <Scopes scopes={key.scopes} />
                  </TableCell>
                  <TableCell sx={{ whiteSpace: 'nowrap' }}>{when(key.created_at)}</TableCell>
                  <TableCell sx={{ whiteSpace: 'nowrap' }}>
                    {when(key.last_used_at, formatDateTime)}
                  </TableCell>
                  <TableCell sx={{ whiteSpace: 'nowrap' }}>{when(key.expires_at)}</TableCell>
                  <TableCell align="right">
                    {status !== 'revoked' && (
                      <Button
                        size="small"
                        color="error"
                        aria-label={t('keys.table.revokeNamed', { name: key.name })}
                        onClick={() => onRevoke(key)}
                      >
                        {t('keys.table.revoke')}
                      </Button>
                    )}
                  </TableCell>
                </TableRow>
              );
            })}
          </TableBody>
        </Table>
      </TableContainer>
    </Card>
  );
}
