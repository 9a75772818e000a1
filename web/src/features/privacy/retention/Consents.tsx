import AddOutlined from '@mui/icons-material/AddOutlined';
import CheckCircleOutlined from '@mui/icons-material/CheckCircleOutlined';
import DoNotDisturbOnOutlined from '@mui/icons-material/DoNotDisturbOnOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ConsentReply, usePrivacyListConsentsQuery } from '../../../api/generatedPrivacy';
import { Pager } from '../../../shared/components/Pager';
import { QueryState } from '../../../shared/components/QueryState';
import { SafeText } from '../../../shared/components/SafeText';
import { Section } from '../../../shared/components/Section';
import { formatDateTime } from '../../../shared/format';
import { useAddress } from '../../../shared/hooks/useAddress';
import { ConsentDialog } from './ConsentDialog';

const PAGE = 25;

function ConsentTable({ items }: { items: ConsentReply[] }) {
  const { t } = useTranslation();
  const label = t('retention.consents.title');
  return (
    <TableContainer tabIndex={0} role="region" aria-label={label}>
      <Table size="small" aria-label={label}>
        <TableHead>
          <TableRow>
            <TableCell>{t('retention.consents.subject')}</TableCell>
            <TableCell>{t('retention.consents.purpose')}</TableCell>
            <TableCell>{t('retention.consents.said')}</TableCell>
            <TableCell>{t('retention.consents.source')}</TableCell>
            <TableCell>{t('retention.consents.at')}</TableCell>
            <TableCell>{t('retention.consents.recorded')}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {items.map((one) => {
            const Icon = one.granted ? CheckCircleOutlined : DoNotDisturbOnOutlined;
            return (
              <TableRow key={`${one.subject}-${one.purpose}-${one.at}`}>
                <TableCell
                  component="th"
                  scope="row"
                  sx={{ fontFamily: 'monospace', overflowWrap: 'anywhere' }}
                >
                  {one.subject}
                </TableCell>
                <TableCell>{t(`retention.purpose.${one.purpose}`)}</TableCell>
                <TableCell>
                  <Box sx={{ display: 'flex', gap: 0.75, alignItems: 'center' }}>
                    <Icon
                      fontSize="small"
                      sx={{ color: one.granted ? 'success.main' : 'warning.main' }}
                    />
                    {t(one.granted ? 'retention.consents.yes' : 'retention.consents.no')}
                  </Box>
                </TableCell>
                <TableCell>
                  <SafeText text={one.source} />
                </TableCell>
                <TableCell sx={{ whiteSpace: 'nowrap' }}>{formatDateTime(one.at)}</TableCell>
                <TableCell sx={{ whiteSpace: 'nowrap' }}>
                  {formatDateTime(one.recorded_at)}
                </TableCell>
              </TableRow>
            );
          })}
        </TableBody>
      </Table>
    </TableContainer>
  );
}

/** What customers agreed to and refused; whose is asked about stays out of the page's address. */
export function Consents({ onNote }: { onNote: (text: string) => void }) {
  const { t } = useTranslation();
  const { get, set } = useAddress();
  const [typed, setTyped] = useState('');
  const [customer, setCustomer] = useState<string>();
  const [recording, setRecording] = useState(false);
  const query = usePrivacyListConsentsQuery(
    { customer, cursor: get('cursor'), limit: PAGE },
    { refetchOnMountOrArgChange: true },
  );
  const find = (event: FormEvent) => {
    event.preventDefault();
    set({});
    setCustomer(typed.trim() || undefined);
  };
  return (
    <Section
      title={t('retention.consents.title')}
      text={t('retention.consents.text')}
      actions={
        <Button variant="outlined" startIcon={<AddOutlined />} onClick={() => setRecording(true)}>
          {t('retention.consents.record')}
        </Button>
      }
    >
      <Box
        component="form"
        role="search"
        noValidate
        onSubmit={find}
        sx={{ display: 'flex', flexWrap: 'wrap', gap: 1.5, mb: 2 }}
      >
        <TextField
          label={t('retention.customer')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          slotProps={{ htmlInput: { autoComplete: 'off', spellCheck: false } }}
          sx={{ flex: '1 1 12rem', maxWidth: '24rem' }}
        />
        <Button type="submit" variant="outlined">
          {t('retention.consents.find')}
        </Button>
        {customer && (
          <Button
            onClick={() => {
              setTyped('');
              setCustomer(undefined);
            }}
          >
            {t('retention.consents.all')}
          </Button>
        )}
      </Box>
      <QueryState
        query={query}
        skeleton={<Skeleton variant="rounded" height="10rem" />}
        isEmpty={(page) => page.items.length === 0}
        empty={
          <Typography variant="body2" role="status" sx={{ color: 'text.secondary' }}>
            {t(customer ? 'retention.consents.noneOf' : 'retention.consents.none')}
          </Typography>
        }
      >
        {(page) => (
          <>
            <ConsentTable items={page.items} />
            <Pager
              label={t('retention.consents.pages')}
              shown={t('retention.consents.shown', { count: page.items.length })}
              hint={t('retention.consents.hint')}
              next={page.next}
            />
          </>
        )}
      </QueryState>
      {recording && (
        <ConsentDialog
          onClose={() => setRecording(false)}
          onSaved={() => {
            setRecording(false);
            onNote(t('retention.consents.saved'));
          }}
        />
      )}
    </Section>
  );
}
