"""Own written customer-service sentences by sentiment, for words the public data does not hold."""

from __future__ import annotations

THINGS = (
    "flight", "order", "package", "refund", "card", "account", "app", "website", "phone", "room",
    "booking", "reservation", "bag", "internet", "bill", "payment", "delivery", "service", "seat",
    "ticket", "product", "subscription", "driver", "appointment", "claim", "transfer", "upgrade",
    "luggage", "connection", "call", "staff", "support", "crew", "agent", "policy", "system",
)  # fmt: skip
TIMES = (
    "2 hours", "an hour", "3 days", "two weeks", "45 minutes", "a month", "all day", "over 5 hours",
    "weeks", "hours", "[DATE_TIME_1]", "the whole night",
)  # fmt: skip

NEGATIVE = """
i have been waiting for {time}
i have been on hold for {time}
on hold for {time} and nobody picks up
still on hold after {time}
waited {time} and still no {thing}
nobody answers the phone
no one is helping me
no one replies to my emails
why does nobody answer
you never replied
your {thing} is a joke
your {thing} is terrible
the {thing} is horrible
what a terrible {thing}
worst {thing} ever
the worst experience i have ever had
this is unacceptable
this is ridiculous
this is not acceptable
absolutely ridiculous
so frustrating
i am so frustrated with your {thing}
i am very disappointed
very disappointed with the {thing}
extremely disappointed
i am angry about my {thing}
i am so upset right now
i am fed up with this
sick and tired of your {thing}
never again
i will never use you again
i will never fly with you again
never buying from you again
you just lost a customer
i am switching to your competitor
going to another company next time
i want to speak to a manager, this is a disgrace
shame on you
your staff was rude
the agent was rude and unhelpful
she was very rude to me
he hung up on me
your system hung up on me again
the agent hung up after {time}
you guys suck
this sucks
{thing} sucks
get it together
do your job
you ruined my trip
you ruined my day
my vacation is ruined because of you
my {thing} was cancelled with no explanation
you cancelled my {thing} again
my {thing} got cancelled and no one can help
my {thing} is delayed again
my {thing} was delayed {time}
another delay, seriously
delayed {time} and no information
stuck here for {time}
stuck at the airport for {time} because of your {thing}
sitting on the plane for {time}
we missed our connection because of you
missed my connection thanks to your delay
you lost my {thing}
you lost my bag and no one knows where it is
still no bag after {time}
my {thing} never arrived
my {thing} still has not arrived after {time}
where is my {thing}, it has been {time}
i still do not have my {thing}
it has been {time} and still nothing
the {thing} arrived broken
the {thing} is broken again
my {thing} does not work and i am losing patience
your {thing} does not work
your {thing} is down again
your {thing} keeps crashing
the {thing} keeps failing
nothing works
it never works
you charged me twice
you charged me for nothing and refuse a refund
why was i charged for this, i want my money back now
you stole my money
this is theft
this is a scam
what a rip off
total rip off
way too expensive for such a bad {thing}
waste of time and money
complete waste of time
i wasted {time} on this
what a mess
what a nightmare
total chaos
poor {thing}
poor customer service
bad {thing}
awful {thing}
really bad {thing}
pathetic {thing}
lousy {thing}
dirty {thing}
your {thing} is useless
useless
no communication at all
zero communication about the {thing}
no explanation, no apology
no help from anyone
you refuse to help
your agent lied to me
i was lied to about my {thing}
you keep giving me the runaround
i have called five times and it is still not fixed
i have explained this three times already
this is the third time my {thing} fails
how hard can it be to fix my {thing}
how is this possible
how can you treat customers like this
you do not care about your customers
is anyone even working there
do you even care
i cannot believe this {thing}
unbelievable
really? {time} for a {thing}?
seriously, {time}?
thanks for nothing
thanks for ruining my {thing}
thanks for losing my {thing}
great, another delay
great job losing my {thing}
nice work cancelling my {thing}
wow, just wow, what a bad {thing}
not happy
not happy with the {thing}
not impressed
not good enough
not cool
not helpful at all
the {thing} was not what i paid for
i did not get what i paid for
this is not what i ordered and nobody cares
i regret choosing you
i want to complain about your {thing}
i need to complain
epic fail
fail
customer service fail
your {thing} has gone downhill
i expected better
you should be ashamed
what kind of {thing} is this
no wifi, no food, no {thing}
there were no blankets and the {thing} was broken
{time} delay and counting
{time} late
an hour late again
can not get through to anyone
cannot reach anyone on the phone
your phone line just disconnects me
the line disconnected me again
i keep getting disconnected
no response for {time}
no reply after {time}
still waiting
still waiting for my {thing}
still no answer
still not resolved
""".strip().splitlines()

POSITIVE = """
thank you
thanks
thank you so much
thanks so much for your help
thanks for the quick reply
thanks for the help
thank you for the great {thing}
many thanks
thanks a lot
thank you, you have been very helpful
you are the best
you guys are the best
you guys rock
you rock
best {thing} ever
best customer service
great {thing}
great service
great job
great experience with your {thing}
good job
good {thing}
nice {thing}
excellent {thing}
amazing {thing}
awesome {thing}
awesome
amazing
perfect, thank you
perfect
wonderful
wonderful, thank you so much
fantastic
fantastic {thing}
brilliant
lovely {thing}
i love it
i love your {thing}
love the new {thing}
love you guys
i am so happy with my {thing}
very happy with the {thing}
so pleased with the {thing}
i am very satisfied
very satisfied with my {thing}
i am impressed
really impressed with your {thing}
the agent was so helpful
the staff was friendly
your crew was amazing
{thing} was super friendly
she was so kind and patient
he went above and beyond
shout out to your {thing} for the help
kudos to your {thing}
kudos
props to the {thing} team
well done
that was fast, thank you
that was quick
so fast
super easy
so easy and smooth
smooth {thing}
everything was perfect
everything went great
it works great now
it works perfectly now, thanks
problem solved, thanks
you made my day
you saved my trip
you just made my day
this is exactly what i needed
exactly what i wanted
i highly recommend your {thing}
highly recommended
i will definitely come back
will definitely use you again
looking forward to my trip
so excited for my {thing}
can not wait to use it
excited to fly with you
i appreciate your help
much appreciated
i really appreciate it
appreciate the quick response
glad to hear that
good to know, thanks
that is great news
great news
sweet, thanks
cool, thank you
yay
thank you [PERSON_1], you were wonderful
beautiful
worth every penny
five stars
10 out of 10
no complaints at all
not bad at all
not bad at all, thanks
not bad
it is not bad at all
the {thing} is not bad at all
the {thing} was not bad
not too bad
not terrible at all
no worries, thank you
no problem, thanks
never disappoints
my favorite {thing}
my favourite company
keep up the good work
finally a {thing} that works
got my {thing} already, so happy
my {thing} arrived early, great
the {thing} was on time and the staff was great
""".strip().splitlines()

NEUTRAL = """
hi
hello
yes
no
ok
okay
no thanks
no thank you
that is all
i need to check my {thing}
can you check my {thing}
can you help me with my {thing}
could you please help me
i need help with my {thing}
i have a question about my {thing}
i would like to change my {thing}
i want to cancel my {thing}
please cancel my {thing}
how do i change my {thing}
how can i get a {thing}
where can i find my {thing}
what is the status of my {thing}
what time does the {thing} start
when does the {thing} arrive
when will the {thing} open
is the {thing} available on [DATE_TIME_1]
is the {thing} on time
is there a {thing} tomorrow
do you have a {thing} to [LOCATION_1]
do you fly to [LOCATION_1]
how much is the {thing}
how long does the {thing} take
how many bags can i bring
what is your phone number
what is the number for customer service
who can i talk to about the {thing}
can i book a {thing} for two
can i use my {thing} abroad
i lost my card
i forgot my password
i sent you an email about the {thing}
i sent you a message
sent
just sent you the details
i will send the details now
my number is [PHONE_NUMBER_1]
my name is [PERSON_1]
it is [PERSON_1]
i am flying to [LOCATION_1] on [DATE_TIME_1]
i would like a table for four
please add one more {thing}
the {thing} is at 5 pm
i ordered a {thing} on [DATE_TIME_1]
i have a {thing} on [DATE_TIME_1]
i am looking for a {thing}
does the {thing} include breakfast
which {thing} do i need
will the {thing} be there
are there any {thing}s left
what are the opening hours
is it possible to change the name on the {thing}
please call me back at [PHONE_NUMBER_1]
please send me the {thing}
please update my {thing}
let me know
i see
i will check
one moment
sure
the first one
let me think
what is the difference
can i pay by card
i would like to know more about the {thing}
i want to buy a {thing}
need to change my {thing}
trying to book a {thing}
how do i reset it
any update on the {thing}
is this {thing} real
did you announce the new {thing}
question about the {thing}
can someone tell me about the {thing}
i paid [DATE_TIME_1]
the {thing} is number 4432
it is okay i guess
it was okay
that is fine
no problem
no worries
who won the match last night
the {thing} is blue
""".strip().splitlines()

# How a feeling word stands in a sentence; {word} comes from the lexicon.
WORD_FRAMES = (
    "{word}", "{word}", "so {word}", "very {word}", "it was {word}", "this is {word}",
    "your {thing} is {word}", "the {thing} was {word}", "{word} {thing}", "i feel {word}",
    "what a {word} {thing}",
)  # fmt: skip
NEGATED_FRAMES = (
    "not {word}", "not very {word}", "it was not {word}", "the {thing} is not {word}",
    "your {thing} isn't {word} at all", "never {word}", "i am not {word}",
)  # fmt: skip
# A denied bad word is mostly calm: "it was not difficult".
DENIED_FRAMES = ("it was not {word}", "the {thing} is not {word}", "not {word} at all")
