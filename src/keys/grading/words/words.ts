/*
 * The words of made-up keys. This is not a dictionary of English: any separated word counts as one
 * word of a passphrase list (see estimate.ts). It holds words that occur glued together, and words
 * that mean "this is not a key yet".
 */

const list = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Words of placeholders for a key. */
export const PLACEHOLDER_WORDS: readonly string[] = list(`
  secret secrets secretkey secretsecret supersecret topsecret mysecret mykey yourkey yoursecret appsecret clientsecret sessionsecret jwtsecret
  key keys keyhere goes here your yours change changed changeme changethis changeit chang3me replace replaceme replacethis insert
  insertkey example examples sample dummy placeholder default defaultkey todo fixme tbd test tests testing tested testkey tester dev devel
  developer development demo local localhost temp temporary tmp foo bar baz qux foobar foobarbaz lorem ipsum dolor sit amet consectetur adipiscing elit insecure unsafe
  unsecure please must this that production prod staging random randomkey randomstring randomly string strings value token tokens password
  passwords passwd passphrase passkey pass private privatekey publickey hidden confidential sensitive flask django rails express fastify node
  nodejs python javascript typescript app apps application applications myapp webapp session sessions sessionid cookie cookies config
  configuration settings server service web website site api apikey auth authentication authorization jwt hmac sign signing signed
  signature encrypt encrypted encryption decrypt crypto salt hash hashed seed env environment variable variables undefined null none
  nothing empty blank unset unknown keyboard cat something somethings anything whatever really very super long longer hard harder
  guess guessable unguessable strong stronger secure secured security safe safely never tell anyone anybody nobody someone somebody
  know knows known share shared dont not real fake mock stub easy simple quick some any new old set use used using enter put add
  generate generated generator make made create created char chars character characters byte bytes bits least minimum length
  sixteen twentyfour thirty thirtytwo two sixtyfour key1 key2 secret1 secret123 todochange course tutorial lesson homework project
  deploy deployed docker heroku github gitlab stackoverflow blah blahblah asdf hello helloworld world hushhush shh shhh ssh
`);

/** Other frequent words of made-up keys: common English words, and words from programming. */
export const COMMON_WORDS: readonly string[] = list(`
  the and for are but was all can had her him his how its may one our out own say she too who why yes you about above after again also
  always another away back because been before being best better between big black blue book both box boy brown but call came car
  card cards chat city class clear click close cloud code coding cold color come computer control cool copy core count cross dark data
  database date day days dead deal dear deep desk dirty dog dogs done door double down dragon dream drive each earth east edge
  email end enough even ever every everyone everything eye eyes face fact false family far fast father fear feel few field file
  files find fire first fish five flag flower fly food foot force forever form found four fox free friend friends from full fun
  game games gate gave get girl give glass goat god going gold gone good google got great green group grow guest guide hack hacker
  hacked hair half hand happy has hat have head heart heat heavy help high hill history hold home hope horse hot hour house human
  hundred idea image into island item items job john jump jumps jumped just keep kill kind king kitten know land language large
  last late law lazy lead learn leave left less letter level life light like line linux list listen little live lock logic login
  logout look lord lost lot love loves low luck lucky machine magic mail main man manager many map mark market master matter mean
  mega member men message middle might mind mine minute miss model moment money monkey month moon more morning most mother mountain
  mouse move movie much music must name nature near need network news next nice night nine ninja north note notes now number
  ocean off office only open order orange other over page paper parrot part party people person phone photo picture piece pizza place
  plan plane play player point portal potato power pretty price prince problem program programming public quiet quite
  rabbit radio rain read ready red redis remember request rest rich right ring river road robot rock room root round route run
  running said same sand save school science sea search season second see seen sell send sent server seven shadow shall shop
  short show sign silver sister site six sleep slow small smart snake snow social software soft song soon soul sound south space
  special spider spring stand star start state stay stone stop store storm story street student study stuff sugar summer sun sunshine
  sure sweet system table take talk tea team tech tell ten than thank thanks them then there these they thing things think
  thousand three through tiger time tiny today together told tomorrow took top town track tree trick true trust truth turn
  twelve twenty under unicorn until update upon user users username version video view voice wait walk wall want war warm
  watch water way weather week well went were west what when where which while white wild will win wind window winter wish with
  within without wolf woman wonder wood word words work worker worlds would write wrong year yellow young your zero zone
  admin administrator backend blog board bot client commerce company customer dashboard database debug discord ecommerce engine
  facebook forum frontend hotel instagram inventory library microservice mongo mysql online payment postgres product quiz recipe
  register restaurant scraper shopping spotify sqlalchemy sqlite stripe telegram todolist twitter upload wiki youtube
`);

/**
 * The most common passwords that are not words above. Their MD5, SHA-1, SHA-256 and SHA-512 digests
 * are searched too.
 */
export const COMMON_PASSWORDS: readonly string[] = list(`
  123456 1234567 12345678 123456789 1234567890 111111 000000 123123 654321 666666 121212 112233 password1 password12 password123
  p@ssword p@ssw0rd passw0rd pa55word letmein iloveyou welcome welcome1 qwerty qwerty123 qwertyuiop 1q2w3e4r 1q2w3e4r5t 1qaz2wsx zaq12wsx abc123
  abcd1234 admin123 root123 toor trustno1 starwars baseball football superman batman michael jordan jennifer hunter hunter2 ranger
  daniel andrew joshua matthew jessica charlie ashley michelle thomas robert george access mustang shadow princess sunshine
  whatever cheese pepper ginger buster soccer hockey killer zxcvbnm asdfgh asdfghjkl qazwsx q1w2e3r4 secret123 test123 test1234
  changeit changeme123 nopassword nosecret qwe123 donttell correct correcthorse correcthorsebatterystaple battery staple swordfish
  opensesame sesame abracadabra hocuspocus gandalf pokemon naruto minecraft merlin matrix phoenix thunder
`);
