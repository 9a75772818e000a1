import TextField from '@mui/material/TextField';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { usePrivacyListEntitiesQuery } from '../../../api/generatedPrivacy';

const TYPE = /^[A-Z][A-Z0-9_]{0,63}$/;

export const isType = (value: string) => TYPE.test(value);

interface Props {
  value: string;
  onChange: (value: string) => void;
}

/** A type's name: one that there is, or a new one. */
export function EntityField({ value, onChange }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const { data } = usePrivacyListEntitiesQuery();
  const wrong = value !== '' && !isType(value);
  return (
    <>
      <TextField
        required
        label={t('policies.lists.entity')}
        value={value}
        onChange={(event) => onChange(event.target.value.toUpperCase().replaceAll(' ', '_'))}
        error={wrong}
        helperText={t('policies.lists.entityHint')}
        slotProps={{ htmlInput: { list: id, spellCheck: false } }}
      />
      <datalist id={id}>
        {data?.items.map(({ type }) => (
          <option key={type} value={type} />
        ))}
      </datalist>
    </>
  );
}
