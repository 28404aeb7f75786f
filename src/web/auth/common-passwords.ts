/** Eight characters or more, lower case: the passwords that guessing programs try first. */
const TRIED_FIRST = `
00000000 00001111 01234567 0987654321 10203040 11111111 11112222 111222333 11223344 1122334455 112233445566
12121212 123123123 123321123 12341234 12344321 123454321 1234554321 12345678 123456789 1234567890 12345678910
123456789a 12345678a 123456aa 12345qwert 1234abcd 1234qwer 123qweasd 13131313 147258369 147852369 159357159
159753456 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 22222222 321321321 456456456 55555555 66666666 741852963
77777777 789456123 789789789 87654321 88888888 987654321 99887766 99999999 a1234567 a12345678 a1b2c3d4 aa123456
abc12345 abcd1234 abcdefg1 abcdefgh admin123 admin1234 admin12345 adminadmin administrator alexander america1
andrew12 anthony1 arsenal1 asdf1234 asdfasdf asdfghjk asdfghjkl asdfqwer ashley12 autumn2026 babygirl babygirl1
barcelona baseball baseball1 basketball batman12 batman123 benjamin bitcoin1 bitcoin123 blink182 bullmarket
buster12 butterfly changeme changeme1 changeme123 charlie1 charlie123 chelsea1 chocolate christian company123
computer computer1 computer123 cookie12 cookie123 corvette cowboys1 daniel12 danielle december default1
defaultpassword diamond1 dragon12 dragon123 eagles12 elizabeth facebook facebook1 ferrari1 florida1 football
football1 freedom1 freedom123 garfield ginger12 goodluck google123 guest123 guestguest harley12 hello123
hello1234 hellohello hellokitty hunter12 hunter123 ilovegod iloveme1 iloveyou iloveyou1 iloveyou2 internet
internet1 invest123 january1 jasmine1 jennifer jessica1 jonathan jordan23 joshua12 killer12 killer123 lakers24
letmein1 letmein123 letmeinnow linkedin liverpool liverpool1 login123 lovelove loveyou1 lucky123 maggie12
manchester master123 mastermind matthew1 mercedes metallica michael1 michelle midnight million1 minecraft
money123 moneymoney monkey12 monkey123 mustang1 nicholas nicole12 nirvana1 november office123 options1
options123 p@ssw0rd p@ssword pa55word packers1 passport passw0rd password password! password1 password12
password123 password1234 password2024 password2025 password2026 patricia pepper12 pokemon1 pokemon123 porsche1
princess princess1 q1w2e3r4 q1w2e3r4t5 qazwsxedc quanticity quanticity1 quanticity123 qwerasdf qwert123 qwerty12
qwerty123 qwerty1234 qwertyqwerty qwertyui qwertyuiop ranger12 redsox04 richard1 robert12 root1234 rootroot
samantha samsung1 samsung123 scooby12 secret12 secret123 september shadow12 shadow123 slipknot snoopy12
spiderman spring2026 starwars starwars1 steelers stephanie stocks123 summer2024 summer2025 summer2026 sunshine
sunshine1 superman superman1 sweetheart temp1234 temppass test1234 test12345 tester123 testing1 testing123
testtest thomas12 thunder1 tigger12 tinkerbell toor1234 topsecret trader123 trading1 trading123 trustno1
twitter1 user1234 username victoria wallstreet welcome1 welcome12 welcome123 welcome1234 whatever whatever1
william1 winter2024 winter2025 winter2026 yankees1 zaq12wsx zaq1zaq1 zxcvbnm1 zxcvbnm123
`;

export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(TRIED_FIRST.trim().split(/\s+/));
