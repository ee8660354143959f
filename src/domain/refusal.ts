import { inWords } from './refusal-words.ts'
import { onTheClock } from './time.ts'

/**
 * The closed list of reasons for which the rules refuse. A code is stable: clients branch on it.
 * `kind` says what sort of refusal it is; doors translate it (the HTTP door into a status). `{name}` stands for a parameter, as
 * people say it (refusal-words.ts).
 */
export const refusals = {
  // who you are, and what you can see
  'not-found': {
    kind: 'unknown',
    en: 'There is no {what} with this id that you may see.',
    nl: 'Er is geen {what} met dit id dat u mag zien.',
  },
  'person-required': {
    kind: 'forbidden',
    en: 'Only a person can do this: an application reads, and never speaks for an organisation.',
    nl: 'Alleen een persoon kan dit doen: een applicatie leest, en spreekt nooit namens een organisatie.',
  },
  'operator-required': {
    kind: 'forbidden',
    en: 'Only the operator of the registry can do this.',
    nl: 'Alleen de beheerder van het register kan dit doen.',
  },
  'other-organisation': {
    kind: 'forbidden',
    en: 'This belongs to another organisation, which administers itself.',
    nl: 'Dit hoort bij een andere organisatie; die beheert zichzelf.',
  },
  'may-not-administer': {
    kind: 'forbidden',
    en: 'You may not administer your organisation: ask a colleague who may.',
    nl: 'U mag uw organisatie niet beheren: vraag een collega die dat wel mag.',
  },
  'not-seated': {
    kind: 'forbidden',
    en: 'Your party does not sit at the table with a say in this.',
    nl: 'Uw partij zit hierover niet met een stem aan tafel.',
  },
  'not-yours': {
    kind: 'forbidden',
    en: 'This {what} belongs to another party or person.',
    nl: 'Dit ({what}) is van een andere partij of persoon.',
  },
  // mandates
  'mandate-missing': {
    kind: 'forbidden',
    en: 'You have no mandate to bind your organisation here: ask somebody who may grant one.',
    nl: 'U hebt hier geen mandaat om uw organisatie te binden: vraag iemand die het mag verlenen.',
  },
  'mandate-not-yet-effective': { kind: 'forbidden', en: 'Your mandate has not begun yet.', nl: 'Uw mandaat is nog niet ingegaan.' },
  'mandate-renewal-due': {
    kind: 'forbidden',
    en: 'Your mandate waits for renewal after a meeting: renew it by {renewBy}, citing meeting {meeting}. Until then you may speak, but not bind.',
    nl: 'Uw mandaat wacht op vernieuwing na een bijeenkomst: vernieuw het uiterlijk {renewBy}, met verwijzing naar bijeenkomst {meeting}. Tot dan mag u spreken, maar niet binden.',
  },
  'mandate-lapsed': {
    kind: 'forbidden',
    en: 'Your mandate has lapsed, because it was not renewed in time after a meeting: it has to be granted anew.',
    nl: 'Uw mandaat is vervallen, omdat het na een bijeenkomst niet op tijd is vernieuwd: het moet opnieuw worden verleend.',
  },
  'mandate-expired': {
    kind: 'forbidden',
    en: 'Your mandate has run out: it has to be granted anew.',
    nl: 'Uw mandaat is verlopen: het moet opnieuw worden verleend.',
  },
  'mandate-withdrawn': { kind: 'forbidden', en: 'Your mandate was withdrawn.', nl: 'Uw mandaat is ingetrokken.' },
  'mandate-suspended': {
    kind: 'forbidden',
    en: 'The mandate that yours is drawn from is not effective now.',
    nl: 'Het mandaat waar het uwe uit voortkomt, werkt nu niet.',
  },
  'mandate-holder-left': {
    kind: 'forbidden',
    en: 'Who holds this mandate has left the organisation.',
    nl: 'Wie dit mandaat heeft, is weg bij de organisatie.',
  },
  'may-not-grant': {
    kind: 'forbidden',
    en: 'You may not grant or withdraw mandates for your organisation.',
    nl: 'U mag voor uw organisatie geen mandaten verlenen of intrekken.',
  },
  'mandate-to-self': {
    kind: 'forbidden',
    en: 'Nobody mandates themself: let a colleague grant it.',
    nl: 'Niemand mandateert zichzelf: laat een collega het verlenen.',
  },
  'mandate-ring': {
    kind: 'forbidden',
    en: 'This person already stands above the mandate that you draw from.',
    nl: 'Deze persoon staat al boven het mandaat waaruit u verleent.',
  },
  'holder-not-of-organisation': {
    kind: 'conflict',
    en: 'This person does not belong to your organisation.',
    nl: 'Deze persoon hoort niet bij uw organisatie.',
  },
  'source-not-yours': {
    kind: 'forbidden',
    en: 'The source is not a mandate that you hold for this party.',
    nl: 'De bron is geen mandaat dat u voor deze partij hebt.',
  },
  'source-not-effective': {
    kind: 'conflict',
    en: 'The mandate that you draw from is not effective now.',
    nl: 'Het mandaat waaruit u verleent, werkt nu niet.',
  },
  'exceeds-source': {
    kind: 'conflict',
    en: 'A sub-mandate stays within the subjects and limits of its source.',
    nl: 'Een ondermandaat blijft binnen de onderwerpen en grenzen van zijn bron.',
  },
  'exceeds-source-period': {
    kind: 'conflict',
    en: 'A sub-mandate stays within the period of its source.',
    nl: 'Een ondermandaat blijft binnen de periode van zijn bron.',
  },
  'not-a-substitute': {
    kind: 'conflict',
    en: 'A substitute stands in for somebody else of the same party.',
    nl: 'Een vervanger staat in voor iemand anders van dezelfde partij.',
  },
  'period-empty': { kind: 'conflict', en: 'The last day comes before the first.', nl: 'De laatste dag ligt voor de eerste.' },
  'period-too-long': { kind: 'conflict', en: 'This may run for {months} months at most.', nl: 'Dit mag hoogstens {months} maanden duren.' },
  'backdated': {
    kind: 'conflict',
    en: 'Nothing holds before it was recorded: today, {today}, is the first possible day.',
    nl: 'Niets geldt voordat het is vastgelegd: vandaag, {today}, is de eerste mogelijke dag.',
  },
  'nothing-to-renew': {
    kind: 'conflict',
    en: 'There is nothing to renew: this mandate is {status}.',
    nl: 'Er valt niets te vernieuwen: dit mandaat is {status}.',
  },
  'nothing-to-withdraw': {
    kind: 'conflict',
    en: 'There is nothing to withdraw: this mandate is {status}.',
    nl: 'Er valt niets in te trekken: dit mandaat is {status}.',
  },
  'other-meeting': {
    kind: 'conflict',
    en: 'The renewal cites the outcome of meeting {meeting}.',
    nl: 'De vernieuwing verwijst naar de uitkomst van bijeenkomst {meeting}.',
  },
  'narrowing-needs-terms': {
    kind: 'conflict',
    en: 'Say what is left: subjects, limits or both.',
    nl: 'Zeg wat overblijft: onderwerpen, grenzen of beide.',
  },
  'narrowing-widens': {
    kind: 'conflict',
    en: 'A renewal narrows or confirms, and never widens.',
    nl: 'Een vernieuwing versmalt of bevestigt, en verruimt nooit.',
  },
  'terms-without-narrowing': {
    kind: 'conflict',
    en: 'Subjects and limits come only with the decision `narrowed`.',
    nl: 'Onderwerpen en grenzen horen alleen bij het besluit `narrowed`.',
  },
  'withdrawal-needs-concern': {
    kind: 'conflict',
    en: 'Say what your organisation does not carry: it enters the round as its concern.',
    nl: 'Zeg wat uw organisatie niet draagt: het komt als haar zorg in de ronde.',
  },
  'outside-mandate-subject': {
    kind: 'conflict',
    en: 'The subject {subject} falls outside the mandate.',
    nl: 'Het onderwerp {subject} valt buiten het mandaat.',
  },
  'outside-mandate-limit': {
    kind: 'conflict',
    en: '{amount} {measure} is more than the {maximum} that the mandate allows.',
    nl: '{amount} {measure} is meer dan de {maximum} die het mandaat toelaat.',
  },
  'outside-mandate-period': {
    kind: 'conflict',
    en: 'This runs beyond the end of the mandate, {until}.',
    nl: 'Dit loopt door na het einde van het mandaat, {until}.',
  },
  // the cycle
  'wrong-phase': {
    kind: 'conflict',
    en: 'In the phase {phase}, {action} is not possible; it is in: {phases}.',
    nl: 'In de fase {phase} kan {action} niet; wel in: {phases}.',
  },
  'wrong-state': {
    kind: 'conflict',
    en: 'This {what} is {state}: {action} is not possible then.',
    nl: 'Dit ({what}) is {state}: {action} kan dan niet.',
  },
  'agreement-ended': { kind: 'conflict', en: 'This agreement has ended.', nl: 'Deze overeenstemming is beëindigd.' },
  'two-parties-needed': {
    kind: 'conflict',
    en: 'It takes two: seat at least one other party first.',
    nl: 'Er zijn er twee nodig: geef eerst minstens één andere partij een plaats aan tafel.',
  },
  'parking-needs-day': {
    kind: 'conflict',
    en: 'Parking needs a day after today on which deliberating resumes.',
    nl: 'Parkeren vraagt een dag na vandaag waarop het overleg verder gaat.',
  },
  'only-parking-has-day': { kind: 'conflict', en: 'Only parking has a day to resume.', nl: 'Alleen parkeren heeft een dag van hervatten.' },
  'already-done': { kind: 'conflict', en: 'This was done before: {what}.', nl: 'Dit is al gedaan: {what}.' },
  'nothing-to-hand-over': {
    kind: 'conflict',
    en: 'This person holds nothing: no role, task, mandate or offer is left to hand over.',
    nl: 'Deze persoon heeft niets over te dragen: geen rol, taak, mandaat of aanbod.',
  },
  // parties, roles and meetings
  'not-a-party': {
    kind: 'conflict',
    en: 'This is not a party at this table: we discuss only what we can bring about ourselves.',
    nl: 'Dit is geen partij aan deze tafel: we bespreken alleen wat we zelf kunnen inzetten.',
  },
  'owner-not-seated': {
    kind: 'conflict',
    en: 'A commitment is offered to a party that is seated: others cannot be bound.',
    nl: 'Een afspraak wordt aangeboden aan een partij met een stem aan tafel: anderen zijn niet te binden.',
  },
  'already-a-party': { kind: 'conflict', en: 'This organisation sits at the table already.', nl: 'Deze organisatie zit al aan tafel.' },
  'already-a-member': { kind: 'conflict', en: 'This organisation is a member already.', nl: 'Deze organisatie is al lid.' },
  'not-a-member': {
    kind: 'conflict',
    en: 'This organisation is no member of the network.',
    nl: 'Deze organisatie is geen lid van het samenwerkingsverband.',
  },
  'covenant-under-covenant': {
    kind: 'conflict',
    en: 'Only a TWO hangs under a covenant.',
    nl: 'Alleen een TWO hangt onder een convenant.',
  },
  'last-administrator': {
    kind: 'conflict',
    en: 'This is the last person who may administer the organisation: name another first.',
    nl: 'Dit is de laatste die de organisatie mag beheren: wijs eerst een ander aan.',
  },
  'task-held': {
    kind: 'conflict',
    en: 'Somebody holds the task "{task}": transfer it first.',
    nl: 'Iemand heeft de taak "{task}": draag die eerst over.',
  },
  'release-lengthens': {
    kind: 'conflict',
    en: 'Releasing ends a holding earlier, never later: it ends on {until} already. Assign the role anew.',
    nl: 'Ontheffen beëindigt eerder, nooit later: het eindigt al op {until}. Wijs de rol opnieuw toe.',
  },
  'last-at-table': {
    kind: 'conflict',
    en: 'Too few seated parties would be left: end the agreement instead.',
    nl: 'Er zouden te weinig partijen met een stem overblijven: beëindig de overeenstemming.',
  },
  'full': {
    kind: 'conflict',
    en: 'There is room for {max} here, and no more.',
    nl: 'Er is hier plaats voor {max}, en niet meer.',
  },
  'transfer-to-self': { kind: 'conflict', en: 'A transfer goes to somebody else.', nl: 'Een overdracht gaat naar iemand anders.' },
  'reason-required': { kind: 'conflict', en: 'Say why.', nl: 'Zeg waarom.' },
  'left-behind': {
    kind: 'conflict',
    en: 'Nobody would take over the {what} “{name}” in “{where}”: say what becomes of it.',
    nl: 'Niemand zou dit ({what}) overnemen: “{name}” in “{where}”. Zeg wat ermee gebeurt.',
  },
  'meeting-not-begun': {
    kind: 'conflict',
    en: 'This meeting begins at {startsAt}: it cannot be closed before.',
    nl: 'Deze bijeenkomst begint om {startsAt}: ze kan niet eerder worden gesloten.',
  },
  'nobody-attended': {
    kind: 'conflict',
    en: 'Take attendance first: nobody was there.',
    nl: 'Noteer eerst wie er was: nu was er niemand.',
  },
  'was-not-there': {
    kind: 'conflict',
    en: 'Only who was at this meeting says how it was.',
    nl: 'Alleen wie bij deze bijeenkomst was, zegt hoe ze was.',
  },
  'pulse-closed': {
    kind: 'conflict',
    en: 'How this meeting was could be said until {until}.',
    nl: 'Hoe deze bijeenkomst was, kon worden gezegd tot {until}.',
  },
  'attendee-twice': { kind: 'conflict', en: 'This person is on the list twice.', nl: 'Deze persoon staat tweemaal op de lijst.' },
  'confidentiality-missing': {
    kind: 'conflict',
    en: 'Who comes from an organisation that is not at the table acknowledges confidentiality before attending.',
    nl: 'Wie van een organisatie komt die niet aan tafel zit, erkent de geheimhouding voor het bijwonen.',
  },
  'not-a-guest': {
    kind: 'conflict',
    en: 'This person’s organisation is at the table: they are no guest.',
    nl: 'De organisatie van deze persoon zit aan tafel: deze persoon is geen gast.',
  },
  'minutes-too-long': {
    kind: 'conflict',
    en: 'Minutes are short and concrete: {length} characters is more than {limit}.',
    nl: 'Verslagen zijn bondig en concreet: {length} tekens is meer dan {limit}.',
  },
  // positions
  'for-and-not-for': {
    kind: 'conflict',
    en: '{subject} stands in what you are for and in what you are not for: how far you go in it is a limit.',
    nl: '{subject} staat bij waar u wel van bent en bij waar u niet van bent: hoe ver u daarin gaat, is een grens.',
  },
  'acknowledge-own': {
    kind: 'conflict',
    en: 'It is for other organisations to say that they understand your position.',
    nl: 'Het is aan andere organisaties om te zeggen dat ze uw positie begrijpen.',
  },
  // inquiries
  'not-invited': {
    kind: 'forbidden',
    en: 'Your organisation is not invited to this inquiry.',
    nl: 'Uw organisatie is voor dit waarderend onderzoek niet uitgenodigd.',
  },
  'seats-taken': {
    kind: 'conflict',
    en: 'Your organisation has {max} seats here, and all of them are taken.',
    nl: 'Uw organisatie heeft hier {max} plaatsen, en die zijn alle bezet.',
  },
  'without-seat': {
    kind: 'conflict',
    en: 'You have no seat in this inquiry: take one first.',
    nl: 'U hebt geen plaats in dit waarderend onderzoek: neem die eerst in.',
  },
  // the text, contributions and stances
  'rule-fixed': { kind: 'conflict', en: 'Ground rule {rule} cannot be dropped.', nl: 'Spelregel {rule} kan niet vervallen.' },
  'id-twice': { kind: 'conflict', en: 'This id stands in the list twice.', nl: 'Dit id staat tweemaal in de lijst.' },
  'founding-closed': {
    kind: 'conflict',
    en: 'Somebody was heard or took a stance: from here only an adopted version changes the ground rules.',
    nl: 'Er is iemand gehoord of er is een opstelling bepaald: vanaf nu verandert alleen een vastgestelde versie de spelregels.',
  },
  'text-changed': {
    kind: 'conflict',
    en: 'The text is no longer the one that you read: read it again, and decide on that.',
    nl: 'De tekst is niet meer die u hebt gelezen: lees hem opnieuw, en beslis daarover.',
  },
  'problem-needs-proposal': {
    kind: 'conflict',
    en: 'A problem may be named, and is followed by a proposal: bring both.',
    nl: 'Een probleem benoemen mag, en wordt gevolgd door een voorstel: breng beide in.',
  },
  'not-an-open': { kind: 'conflict', en: 'This is not an open {what} of this round.', nl: 'Dit is geen open {what} van deze ronde.' },
  'answer-own': { kind: 'conflict', en: 'An answer comes from another party.', nl: 'Een antwoord komt van een andere partij.' },
  'message-to-self': {
    kind: 'conflict',
    en: 'A message goes to other parties than your own.',
    nl: 'Een boodschap gaat naar andere partijen dan de uwe.',
  },
  'message-part-missing': {
    kind: 'conflict',
    en: 'A complete message at this table has the part "{part}".',
    nl: 'Een complete boodschap heeft aan deze tafel het deel "{part}".',
  },
  'message-part-unknown': {
    kind: 'conflict',
    en: 'This part is none of this table, or stands here twice.',
    nl: 'Dit deel kent deze tafel niet, of het staat hier tweemaal.',
  },
  'resistance-answered': {
    kind: 'conflict',
    en: 'Resistance is not answered or refuted: explore it with who feels it, and note what you found.',
    nl: 'Weerstand wordt niet beantwoord of weerlegd: onderzoek haar samen met wie haar voelt, en noteer wat u vond.',
  },
  'not-acting-party': {
    kind: 'conflict',
    en: 'The proposal does not name your party among those that would act.',
    nl: 'Het voorstel noemt uw partij niet bij wie het zou uitvoeren.',
  },
  // adoption, every condition
  'element-missing': { kind: 'conflict', en: 'The element {element} is empty.', nl: 'Het onderdeel {element} is leeg.' },
  'decision-missing': { kind: 'conflict', en: 'There is no decision yet.', nl: 'Er is nog geen besluit.' },
  'commitment-missing': { kind: 'conflict', en: 'There is no commitment yet.', nl: 'Er is nog geen afspraak.' },
  'party-without-mandate': {
    kind: 'conflict',
    en: '{party} has no representative with an effective mandate ({why}).',
    nl: '{party} heeft geen vertegenwoordiger met een werkend mandaat ({why}).',
  },
  'mandate-does-not-cover': {
    kind: 'conflict',
    en: 'No effective mandate of {party} covers all subjects of this agreement.',
    nl: 'Geen werkend mandaat van {party} dekt alle onderwerpen van deze overeenstemming.',
  },
  'party-not-heard': {
    kind: 'conflict',
    en: '{party} has not been heard: it has a concern, or says explicitly that it has none.',
    nl: '{party} is nog niet gehoord: er is een zorg, of uitdrukkelijk geen.',
  },
  'concern-unanswered': {
    kind: 'conflict',
    en: 'A concern of {party} waits for an answer from another party.',
    nl: 'Een zorg van {party} wacht op een antwoord van een andere partij.',
  },
  'problem-without-proposal': { kind: 'conflict', en: 'This problem carries no proposal.', nl: 'Bij dit probleem is geen voorstel.' },
  'proposal-not-ours': {
    kind: 'conflict',
    en: 'Nobody here takes on this proposal: its maker acts, or those who would act accept it.',
    nl: 'Niemand hier neemt dit voorstel op zich: de indiener voert het uit, of wie het zou uitvoeren, aanvaardt het.',
  },
  'beneficiary-without-criterion': {
    kind: 'conflict',
    en: 'The text does not say the {criterion} of {beneficiary}: each reflection scores it.',
    nl: 'De tekst zegt niet wat de {criterion} van {beneficiary} is: elke reflectie geeft daar een score voor.',
  },
  'decision-without-reason': { kind: 'conflict', en: 'This decision has no reason.', nl: 'Dit besluit heeft geen reden.' },
  'owner-not-a-party': {
    kind: 'conflict',
    en: 'The owner of "{commitment}" no longer sits at the table.',
    nl: 'De eigenaar van "{commitment}" zit niet meer aan tafel.',
  },
  'role-gone': {
    kind: 'conflict',
    en: 'The role in which "{commitment}" would be done is no longer there.',
    nl: 'De rol waarin "{commitment}" zou gebeuren, is er niet meer.',
  },
  'commitment-not-accepted': {
    kind: 'conflict',
    en: '"{commitment}" is {state}, and not accepted by its owner.',
    nl: '"{commitment}" is {state}, en niet aanvaard door de eigenaar.',
  },
  'due-outside-validity': {
    kind: 'conflict',
    en: '"{commitment}" is due on {due}, which is past or after the last day of the text.',
    nl: '"{commitment}" moet klaar zijn op {due}; dat is voorbij, of na de laatste dag van de tekst.',
  },
  'network-needed': {
    kind: 'conflict',
    en: 'There is no network to show this to: name one, or choose another visibility.',
    nl: 'Er is geen samenwerkingsverband om dit aan te tonen: noem er een, of kies een andere zichtbaarheid.',
  },
  'owner-without-mandate': {
    kind: 'conflict',
    en: 'The owner of "{commitment}" has no effective mandate now.',
    nl: 'De eigenaar van "{commitment}" heeft nu geen werkend mandaat.',
  },
  'stance-missing': {
    kind: 'conflict',
    en: '{party} has not taken a stance on this text.',
    nl: '{party} heeft over deze tekst nog geen opstelling bepaald.',
  },
  'party-withholds': { kind: 'conflict', en: '{party} withholds: {reason}', nl: '{party} houdt af: {reason}' },
  'quorum-not-reached': {
    kind: 'conflict',
    en: '{accepting} parties accept, and {needed} are needed.',
    nl: '{accepting} partijen aanvaarden, en er zijn er {needed} nodig.',
  },
  'validity-missing': {
    kind: 'conflict',
    en: 'The text does not say from when, until when, and when it is reviewed.',
    nl: 'De tekst zegt niet vanaf wanneer en tot wanneer hij geldt, en wanneer hij wordt geëvalueerd.',
  },
  'review-not-after-start': { kind: 'conflict', en: 'The review comes after the first day.', nl: 'De evaluatie komt na de eerste dag.' },
  'review-after-end': {
    kind: 'conflict',
    en: 'The review comes before or on the last day.',
    nl: 'De evaluatie komt voor of op de laatste dag.',
  },
  'too-long': {
    kind: 'conflict',
    en: 'Temporary is {months} months at most: {limit} is the last possible day.',
    nl: 'Tijdelijk is hoogstens {months} maanden: {limit} is de laatste mogelijke dag.',
  },
  'builds-on-missing': {
    kind: 'conflict',
    en: 'Say what this version builds on: cite at least one item of the agenda.',
    nl: 'Zeg waarop deze versie voortbouwt: verwijs naar minstens één punt van de agenda.',
  },
  'not-on-agenda': { kind: 'conflict', en: 'This is not on the agenda of this round.', nl: 'Dit staat niet op de agenda van deze ronde.' },
  'legal-basis-missing': {
    kind: 'conflict',
    en: 'Data is shared, and {party} does not say on which legal basis.',
    nl: 'Er worden gegevens gedeeld, en {party} zegt niet op welke grondslag.',
  },
  'processing-record-missing': {
    kind: 'conflict',
    en: 'Data is shared, and {party} does not say where its register of processing activities has it.',
    nl: 'Er worden gegevens gedeeld, en {party} zegt niet waar dat in het verwerkingsregister staat.',
  },
  'covenant-not-in-force': {
    kind: 'conflict',
    en: 'No version of the covenant that this hangs under is in force.',
    nl: 'Van het convenant waar dit onder hangt, is geen versie van kracht.',
  },
  'outside-covenant-term': {
    kind: 'conflict',
    en: 'The covenant that this hangs under holds until {last}: it cannot hold longer.',
    nl: 'Het convenant waar dit onder hangt, geldt tot en met {last}: langer kan dit niet gelden.',
  },
  'outside-covenant-subject': {
    kind: 'conflict',
    en: '{subject} is not a subject of the covenant that this hangs under.',
    nl: '{subject} is geen onderwerp van het convenant waar dit onder hangt.',
  },
  // annexes
  'nothing-adopted': {
    kind: 'conflict',
    en: 'There is no adopted version that holds or will hold.',
    nl: 'Er is geen vastgestelde versie die geldt of gaat gelden.',
  },
  'about-yourself': {
    kind: 'conflict',
    en: 'This is about your own party: it is for the others to decide.',
    nl: 'Dit gaat over uw eigen partij: het is aan de andere om te beslissen.',
  },
  'annex-waits': {
    kind: 'conflict',
    en: 'The {what} of this organisation is under way already: wait for that, or object to it.',
    nl: 'Over deze organisatie loopt al een {what}: wacht dat af, of maak er bezwaar tegen.',
  },
  'objection-window': {
    kind: 'conflict',
    en: 'Others can object until {until}: only after that is an organisation let in that was invited.',
    nl: 'Tot {until} kunnen anderen bezwaar maken: pas daarna wordt een uitgenodigde organisatie toegelaten.',
  },
  'nobody-is-kept': {
    kind: 'conflict',
    en: 'Nobody is kept at a table: there is no objection to a withdrawal.',
    nl: 'Niemand wordt aan tafel gehouden: tegen uittreden is geen bezwaar mogelijk.',
  },
  'legal-basis-needed': {
    kind: 'conflict',
    en: 'Data is shared here: say on which legal basis you do, and where your register of processing activities has it.',
    nl: 'Hier worden gegevens gedeeld: zeg op welke grondslag u dat doet, en waar het in uw verwerkingsregister staat.',
  },
  'basis-of-who-joins': {
    kind: 'conflict',
    en: 'Only the party that joins says on which legal basis it shares data: leave this out.',
    nl: 'Alleen de partij die toetreedt zegt op welke grondslag zij gegevens deelt: laat dit weg.',
  },
  // links and templates
  'link-to-itself': {
    kind: 'conflict',
    en: 'A link leads to another agreement.',
    nl: 'Een verband leidt naar een andere overeenstemming.',
  },
  'linked-back': {
    kind: 'conflict',
    en: 'The other agreement says that it supersedes or ends this one: not both can do so.',
    nl: 'De andere overeenstemming zegt dat zij deze vervangt of beëindigt: niet beide kunnen dat.',
  },
  'template-of-other-kind': {
    kind: 'conflict',
    en: 'This template is for an agreement of the kind {kind}.',
    nl: 'Dit sjabloon is voor een overeenstemming van de soort {kind}.',
  },
  'built-in': { kind: 'conflict', en: 'This is built in, and everybody’s.', nl: 'Dit is ingebouwd, en van iedereen.' },
  // exchanges
  'not-leading': {
    kind: 'forbidden',
    en: 'The organisation that leads the programme does this.',
    nl: 'De organisatie die het programma leidt, doet dit.',
  },
  'days-out-of-order': {
    kind: 'conflict',
    en: 'This has to come later: not before {after}.',
    nl: 'Dit moet later: niet vóór {after}.',
  },
  'enrolment-open': {
    kind: 'conflict',
    en: 'People can be enrolled until {before}: this comes after it.',
    nl: 'Aanmelden kan tot {before}: dit komt daarna.',
  },
  'enrolment-over': {
    kind: 'conflict',
    en: 'People could be enrolled until {before}.',
    nl: 'Aanmelden kon tot {before}.',
  },
  'deadline-past': {
    kind: 'conflict',
    en: 'This moment is past: there has to be time to enrol.',
    nl: 'Dit moment is voorbij: er moet tijd zijn om aan te melden.',
  },
  'already-enrolled': {
    kind: 'conflict',
    en: 'This person is enrolled in this round already.',
    nl: 'Deze persoon is in deze ronde al aangemeld.',
  },
  'own-organisation': {
    kind: 'conflict',
    en: 'Nobody is paired with their own organisation: name others.',
    nl: 'Niemand wordt aan de eigen organisatie gekoppeld: noem andere.',
  },
  'wished-and-excluded': {
    kind: 'conflict',
    en: 'This organisation stands among the wishes and among those not to be paired with.',
    nl: 'Deze organisatie staat bij de wensen en ook bij wie u niet gekoppeld wilt worden.',
  },
  'matching-missing': {
    kind: 'conflict',
    en: 'There is no matching of this round as it stands now: make it first.',
    nl: 'Er is van deze ronde, zoals ze nu is, geen koppeling: maak die eerst.',
  },
  'visits-ahead': {
    kind: 'conflict',
    en: '{visits} visits of this round are still to come, until {until}: record that they were held, or call them off, first.',
    nl: 'Er komen nog {visits} bezoeken van deze ronde, tot en met {until}: leg eerst vast dat ze er waren, of zeg ze af.',
  },
  'nobody-paired': {
    kind: 'conflict',
    en: 'Nobody is paired in this matching: there are no visits to make of it.',
    nl: 'In deze koppeling is niemand aan iemand gekoppeld: er zijn geen bezoeken van te maken.',
  },
  'no-longer-there': {
    kind: 'conflict',
    en: 'This person has left their organisation, or it has left the network.',
    nl: 'Deze persoon is weg bij de organisatie, of die is uit het samenwerkingsverband.',
  },
  'nobody-to-visit': {
    kind: 'conflict',
    en: 'In this round there is nobody of another organisation with whom this person can be paired.',
    nl: 'Er is in deze ronde niemand van een andere organisatie met wie deze persoon gekoppeld kan worden.',
  },
  'odd-number-left': {
    kind: 'conflict',
    en: 'These {people} people can only be paired among themselves: that is an odd number, so one is left.',
    nl: 'Deze {people} mensen kunnen alleen onderling worden gekoppeld: dat is oneven, dus er blijft iemand over.',
  },
  'sends-more-than-received': {
    kind: 'conflict',
    en: '{organisation} sends more people than the others can receive: {people} of them compete for {places} places.',
    nl: '{organisation} stuurt meer mensen dan de andere kunnen ontvangen: {people} van hen dingen naar {places} plaatsen.',
  },
  'too-few-hosts': {
    kind: 'conflict',
    en: 'There are {places} places at {organisations}, and {people} who can only go there.',
    nl: 'Er zijn {places} plaatsen bij {organisations}, en {people} die alleen daar terechtkunnen.',
  },
  'outside-week': {
    kind: 'conflict',
    en: 'This visit is in the week from {from} until {until}.',
    nl: 'Dit bezoek is in de week van {from} tot en met {until}.',
  },
  'not-yet-held': {
    kind: 'conflict',
    en: 'Today is {today}: this has yet to be held.',
    nl: 'Vandaag is het {today}: dit moet nog komen.',
  },
  'was-not-on-visit': {
    kind: 'conflict',
    en: 'Only the guest and the host’s contact say how this visit was.',
    nl: 'Alleen de gast en de contactpersoon van de gastheer zeggen hoe dit bezoek was.',
  },
  'theme-twice': { kind: 'conflict', en: 'This theme stands here twice.', nl: 'Dit thema staat hier tweemaal.' },
  // reflecting
  'already-reflected': {
    kind: 'conflict',
    en: 'Your party has reflected; amend that reflection.',
    nl: 'Uw partij heeft al gereflecteerd; vul die reflectie aan.',
  },
  'not-in-version': {
    kind: 'conflict',
    en: 'This is not part of the version that you reflect on.',
    nl: 'Dit hoort niet bij de versie waarop u reflecteert.',
  },
  'not-judged': {
    kind: 'conflict',
    en: 'Say of every one of the {list} how it went; {id} is missing.',
    nl: 'Zeg van alle {list} hoe het ging; {id} ontbreekt.',
  },
  'party-not-reflected': {
    kind: 'conflict',
    en: '{party} has not reflected yet, and has until {deadline}.',
    nl: '{party} heeft nog niet gereflecteerd, en kan dat tot {deadline}.',
  },
  // the registry
  'nothing-in-force': {
    kind: 'unknown',
    en: 'No version of this agreement is in force at that moment.',
    nl: 'Op dat moment is er geen versie van deze overeenstemming van kracht.',
  },
  'not-yet-known': {
    kind: 'unknown',
    en: 'The registry did not know this {what} at that moment.',
    nl: 'Het register kende dit ({what}) op dat moment nog niet.',
  },
  'stale': {
    kind: 'stale',
    en: 'This was changed since you read it: read it again, and try once more.',
    nl: 'Dit is gewijzigd nadat u het las: lees het opnieuw, en probeer het nog eens.',
  },
  'identifier-taken': {
    kind: 'conflict',
    en: 'Another organisation or account is registered with this already.',
    nl: 'Hiermee is al een andere organisatie of een ander account geregistreerd.',
  },
} as const satisfies Record<string, { kind: RefusalKind; en: string; nl: string }>

/** `unknown`: not there, or not yours to see. `forbidden`: not by you. `stale`: you looked at an older state. `conflict`: not in this state. */
export type RefusalKind = 'unknown' | 'forbidden' | 'stale' | 'conflict'
export type RefusalCode = keyof typeof refusals

/** One unmet condition: its code, where (a JSON pointer into the request or the agreement), and the values its sentence names. */
export type Reason = { code: RefusalCode; pointer?: string; params?: Record<string, string | number> }

/** Thrown by `decide` functions: nothing happened, and here is every reason why. */
export class Refused extends Error {
  readonly reasons: readonly [Reason, ...Reason[]]

  constructor(reasons: readonly [Reason, ...Reason[]]) {
    super(reasons.map((reason) => reason.code).join(', '))
    this.name = 'Refused'
    this.reasons = reasons
  }

  /** The same refusal, pointing into a part of a larger request. */
  at(pointer: string): Refused {
    const [first, ...rest] = this.reasons.map((reason) => ({ ...reason, pointer: `${pointer}${reason.pointer ?? ''}` }))
    return first ? new Refused([first, ...rest]) : this
  }
}

/** Refuses for one reason. */
export function refuse(code: RefusalCode, params?: Reason['params'], pointer?: string): never {
  throw new Refused([{ code, ...(params && { params }), ...(pointer && { pointer }) }])
}

/** Refuses when any reason stands, naming all of them at once. */
export function refuseAll(reasons: readonly Reason[]): void {
  const [first, ...rest] = reasons
  if (first) throw new Refused([first, ...rest])
}

/** The sentence of a reason in the language of the reader. */
export function sentence(reason: Reason, language: 'en' | 'nl'): string {
  return refusals[reason.code][language].replace(/\{(\w+)\}/g, (_, name: string) =>
    onTheClock(inWords(name, reason.params?.[name], language)),
  )
}
