// Names of things. Each has its own type, so that an opportunity's id cannot be passed where a referral's is meant.
// They are plain strings at run time; `as` is used here, at the place where a string becomes one, and nowhere else.

import { hashOf } from './hash.ts'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** Which connector speaks a vendor's language: `salesforce`. */
export type ConnectorId = Branded<'ConnectorId'>
/** A connection of the configuration: `sources.partner-center` is called `partner-center`. */
export type ConnectionName = Branded<'ConnectionName'>
export type PipelineName = Branded<'PipelineName'>
/** What sort of record: `referral`, or a CRM's own name for it (`Opportunity`, `account`). */
export type Kind = Branded<'Kind'>
/** A vendor's id of one record. */
export type RecordId = Branded<'RecordId'>
/** A vendor's mark of one state of a record. Opaque: compared for equality only. */
export type Version = Branded<'Version'>
/** A connector's own bookmark in a stream of changes. Opaque to everyone else. */
export type Cursor = Branded<'Cursor'>
/** Names one link, made from the referral's id, and stored by the vendor too wherever it can be. */
export type LinkKey = Branded<'LinkKey'>
/** Names one row of a mapping. */
export type RowId = Branded<'RowId'>
/** Names one planned change: the same change planned twice has the same id. */
export type ChangeId = Branded<'ChangeId'>
/** A stable error code: `DB-3207`. */
export type Code = `DB-${number}`

export const connectorId = (text: string): ConnectorId => text as ConnectorId
export const connectionName = (text: string): ConnectionName => text as ConnectionName
export const pipelineName = (text: string): PipelineName => text as PipelineName
export const kind = (text: string): Kind => text as Kind
export const recordId = (text: string): RecordId => text as RecordId
export const version = (text: string): Version => text as Version
export const cursor = (text: string): Cursor => text as Cursor
export const rowId = (text: string): RowId => text as RowId
export const changeId = (text: string): ChangeId => text as ChangeId

/** Referral ids are compared without regard to case, so the key is always lower case. */
export const linkKey = (referral: string): LinkKey => referral.toLowerCase() as LinkKey

/** Names the link of a record that is to become a deal at the source, until that deal has an id. */
export const shareKey = (of: Kind, record: string): LinkKey => linkKey(`${shareMark}${hashOf(`${of}|${record}`, 24)}`)
export const shareMark = 'new-'

/** The kind every referral has, whatever its source calls it. */
export const REFERRAL = kind('referral')
