// The definition as the source of a Dataverse solution, unpacked the way the Power Platform tools unpack one, so that it
// can be packed and imported with them. Generated: the files in src/ beside this one are compared with it by a test.

import { unreachable } from '#spi'
import { optionsStart } from './bodies.ts'
import {
  columns,
  keys,
  leadToDeal,
  logicalName,
  privileges,
  roleName,
  schemaName,
  solutionName,
  solutionVersion,
  tables,
  type SolutionColumn,
} from './definition.ts'

/** Path in the unpacked solution → text. */
export function unpacked(prefix: string, optionPrefix = 10_000): ReadonlyMap<string, string> {
  return new Map([
    ['Other/Solution.xml', solutionXml(prefix, optionPrefix)],
    ['Other/Customizations.xml', customizationsXml()],
    ['Other/EntityMaps.xml', entityMapsXml(prefix)],
    [`Roles/${roleName}.xml`, roleXml()],
    ...tables.map(
      (table) => [`Entities/${entityName(table)}/Entity.xml`, entityXml(table, prefix, optionPrefix)] as const,
    ),
  ])
}

/** The schema name of a standard table. */
const entityName = (table: string): string =>
  table === 'opportunityclose' ? 'OpportunityClose' : `${table.charAt(0).toUpperCase()}${table.slice(1)}`

const head = '<?xml version="1.0" encoding="utf-8"?>\n'
const english = 'languagecode="1033"'
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const indented = (text: string, by: number): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? line : `${' '.repeat(by)}${line}`))
    .join('\n')

function solutionXml(prefix: string, optionPrefix: number): string {
  const roots = tables.map((table) => `<RootComponent type="1" schemaName="${table}" behavior="2" />`)
  const role = `<RootComponent type="20" id="{${roleId}}" behavior="0" />`
  return `${head}<ImportExportXml version="9.2.24093.0" SolutionPackageVersion="9.2" ${english} generatedBy="CrmLive">
  <SolutionManifest>
    <UniqueName>${solutionName}</UniqueName>
    <LocalizedNames>
      <LocalizedName description="${solutionName}" ${english} />
    </LocalizedNames>
    <Descriptions />
    <Version>${solutionVersion}</Version>
    <Managed>0</Managed>
    <Publisher>
      <UniqueName>${solutionName}${prefix}</UniqueName>
      <LocalizedNames>
        <LocalizedName description="${solutionName}" ${english} />
      </LocalizedNames>
      <Descriptions />
      <CustomizationPrefix>${prefix}</CustomizationPrefix>
      <CustomizationOptionValuePrefix>${optionPrefix}</CustomizationOptionValuePrefix>
    </Publisher>
    <RootComponents>
${indented([...roots, role].join('\n'), 6)}
    </RootComponents>
    <MissingDependencies />
  </SolutionManifest>
</ImportExportXml>
`
}

/** Any one will do, as long as it stays. */
const roleId = '5c1f7f2a-6b0e-4d0c-9b8e-2f7d0d6a4e11'

/** What has a file of its own is empty here. */
function customizationsXml(): string {
  return `${head}<ImportExportXml>
  <Entities />
  <Roles />
  <Workflows />
  <FieldSecurityProfiles />
  <Templates />
  <EntityMaps />
  <EntityRelationships />
  <OrganizationSettings />
  <optionsets />
  <EntityDataProviders />
  <Languages>
    <Language>1033</Language>
  </Languages>
</ImportExportXml>
`
}

function entityMapsXml(prefix: string): string {
  const pairs = leadToDeal.map((name) => {
    const column = logicalName(prefix, name)
    return `<AttributeMap>\n  <AttributeSource>${column}</AttributeSource>\n  <AttributeTarget>${column}</AttributeTarget>\n</AttributeMap>`
  })
  return `${head}<EntityMaps>
  <EntityMap>
    <EntitySource>lead</EntitySource>
    <EntityTarget>opportunity</EntityTarget>
    <AttributeMaps>
${indented(pairs.join('\n'), 6)}
    </AttributeMaps>
  </EntityMap>
</EntityMaps>
`
}

function roleXml(): string {
  const lines = privileges.map((name) => `<RolePrivilege name="${name}" level="Global" />`)
  return `${head}<Role id="{${roleId}}" name="${roleName}" isinherited="1">
  <IsCustomizable>1</IsCustomizable>
  <RolePrivileges>
${indented(lines.join('\n'), 4)}
  </RolePrivileges>
</Role>
`
}

function entityXml(table: string, prefix: string, optionPrefix: number): string {
  const own = columns
    .filter((column) => column.table === table)
    .map((column) => attributeXml(column, prefix, optionPrefix))
  const ownKeys = keys
    .filter((key) => key.table === table)
    .map(({ name, label, columns: parts }) => {
      const names = parts.map((part) => `    <AttributeName>${logicalName(prefix, part)}</AttributeName>`).join('\n')
      return `<EntityKey>
  <Name>${schemaName(prefix, name)}</Name>
  <LogicalName>${logicalName(prefix, name)}</LogicalName>
  <IntroducedVersion>${solutionVersion}</IntroducedVersion>
  <IsCustomizable>1</IsCustomizable>
  <EntityKeyAttributes>
${names}
  </EntityKeyAttributes>
  <displaynames>
    <displayname description="${escaped(label)}" ${english} />
  </displaynames>
</EntityKey>`
    })
  const keysXml =
    ownKeys.length === 0 ? '' : `      <EntityKeys>\n${indented(ownKeys.join('\n'), 8)}\n      </EntityKeys>\n`
  const name = entityName(table)
  return `${head}<Entity>
  <Name LocalizedName="${name}" OriginalName="">${name}</Name>
  <EntityInfo>
    <entity Name="${name}">
      <attributes>
${indented(own.join('\n'), 8)}
      </attributes>
${keysXml}    </entity>
  </EntityInfo>
  <FormXml />
  <SavedQueries />
  <RibbonDiffXml />
</Entity>
`
}

function attributeXml(column: SolutionColumn, prefix: string, optionPrefix: number): string {
  const name = logicalName(prefix, column.name)
  return `<attribute PhysicalName="${schemaName(prefix, column.name)}">
  <Type>${typeNames[column.type]}</Type>
  <Name>${name}</Name>
  <LogicalName>${name}</LogicalName>
  <RequiredLevel>none</RequiredLevel>
  <DisplayMask>ValidForAdvancedFind|ValidForForm|ValidForGrid</DisplayMask>
  <ImeMode>auto</ImeMode>
  <ValidForUpdateApi>1</ValidForUpdateApi>
  <ValidForReadApi>1</ValidForReadApi>
  <ValidForCreateApi>1</ValidForCreateApi>
  <IsCustomField>1</IsCustomField>
  <IsAuditEnabled>1</IsAuditEnabled>
  <IsSecured>0</IsSecured>
  <IntroducedVersion>${solutionVersion}</IntroducedVersion>
  <IsCustomizable>1</IsCustomizable>
  <IsRenameable>1</IsRenameable>
  <CanModifySearchSettings>1</CanModifySearchSettings>
  <CanModifyRequirementLevelSettings>1</CanModifyRequirementLevelSettings>
  <CanModifyAdditionalSettings>1</CanModifyAdditionalSettings>
  <SourceType>0</SourceType>
${indented(detailsXml(column, name, optionPrefix), 2)}
  <displaynames>
    <displayname description="${escaped(column.label)}" ${english} />
  </displaynames>
  <Descriptions>
    <Description description="${escaped(column.about)}" ${english} />
  </Descriptions>
</attribute>`
}

const typeNames = { text: 'nvarchar', memo: 'ntext', instant: 'datetime', choice: 'picklist' } as const

function detailsXml(column: SolutionColumn, name: string, optionPrefix: number): string {
  switch (column.type) {
    case 'text':
      return `<Format>${column.format === 'Url' ? 'url' : 'text'}</Format>\n<MaxLength>${column.lengthMax}</MaxLength>\n<Length>${column.lengthMax * 2}</Length>`
    case 'memo':
      return `<Format>textarea</Format>\n<MaxLength>${column.lengthMax}</MaxLength>`
    case 'instant':
      return '<Format>datetime</Format>\n<CanChangeDateTimeBehavior>1</CanChangeDateTimeBehavior>\n<Behavior>1</Behavior>'
    case 'choice':
      return optionsXml(`${column.table}_${name}`, column, optionsStart(optionPrefix))
    default:
      return unreachable(column)
  }
}

type Choice = Extract<SolutionColumn, { readonly type: 'choice' }>

function optionsXml(name: string, { label: title, about, labels }: Choice, start: number): string {
  const options = labels.map(
    (label, index) => `<option value="${start + index}" IsHidden="0">
  <labels>
    <label description="${escaped(label)}" ${english} />
  </labels>
</option>`,
  )
  return `<AppDefaultValue>-1</AppDefaultValue>
<optionset Name="${name}">
  <OptionSetType>picklist</OptionSetType>
  <IntroducedVersion>${solutionVersion}</IntroducedVersion>
  <IsCustomizable>1</IsCustomizable>
  <displaynames>
    <displayname description="${escaped(title)}" ${english} />
  </displaynames>
  <Descriptions>
    <Description description="${escaped(about)}" ${english} />
  </Descriptions>
  <options>
${indented(options.join('\n'), 4)}
  </options>
</optionset>`
}
