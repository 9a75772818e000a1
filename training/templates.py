"""Own written examples for contact reasons that no shippable data set covers well."""

from __future__ import annotations

OPENERS = (
    "",
    "",
    "",
    "hi, ",
    "hello, ",
    "good morning, ",
    "please help, ",
    "hey there. ",
    "hi, my name is [PERSON_1]. ",
)

# One line an example; {product} and {service} are filled from the lists below.
PRODUCTS = (
    "shoes", "jacket", "phone", "laptop", "headphones", "shirt", "dress", "sofa", "book", "camera",
    "coffee machine", "lamp", "watch", "toaster", "monitor", "bike", "backpack", "order", "item",
)  # fmt: skip
SERVICES = (
    "subscription", "membership", "internet plan", "phone plan", "premium plan", "account plan",
    "streaming subscription", "gym membership", "newsletter subscription", "contract", "free trial",
)  # fmt: skip

EXAMPLES: dict[str, str] = {
    "order_status": """
where is my order
where is my {product}
when will my {product} arrive
my package has not arrived yet
my {product} still has not been delivered
can you track my parcel
i would like to know the delivery status of my {product}
tracking says delivered but i never got my {product}
the courier never showed up with my {product}
my delivery is late
has my {product} shipped yet
what is the status of order [ORDER_ID_1]
i ordered a {product} on [DATE_TIME_1] and it has not come
when do you ship my {product}
the tracking number does not work
how long does shipping take for the {product}
my shipment is missing
i am waiting for my {product} since [DATE_TIME_1]
the package was delivered to the wrong address
any update on my delivery
where's my package
where is my stuff
my {product} is three days late
i still have not received my order
when is my order coming
the {product} was supposed to arrive on [DATE_TIME_1]
can you tell me where order [ORDER_ID_1] is
do you ship to [LOCATION_1]
how much is shipping
which courier delivers my order
it has been two weeks and no {product}
""",
    "order_change": """
i want to cancel my order
please cancel order [ORDER_ID_1]
i need to change the size of the {product} i ordered
can i change the shipping address of my order
i ordered the wrong {product}, can i change it
please add one more {product} to my order
remove the {product} from my order
i would like to modify my order before it ships
can i still cancel the {product} i bought today
i want to change the colour of my {product} order
stop my order please
can i combine two orders
i ordered twice by mistake, cancel one of them
i need to change the quantity in my order
""",
    "return_or_exchange": """
i want to return my {product}
how do i return a {product}
the {product} does not fit, can i exchange it
i received the wrong {product}
my {product} arrived broken
my {product} came damaged and i want to send it back
what is your return policy
i would like to exchange the {product} for a bigger size
can i send the {product} back
how long do i have to return the {product}
please send me a return label for the {product}
the {product} is defective and i need a replacement
i got a {product} i did not order
i want to swap my {product} for another colour
where do i drop off a return
the {product} is missing parts
is it too late to return my {product}
do you offer free returns
""",
    "refund": """
i want my money back
i want a refund for my {product}
when will i get my refund
i returned the {product} but have not been refunded
please refund me
how long does a refund take
my refund has not arrived
can i get a refund for the {service}
i was promised a refund on [DATE_TIME_1]
i would like a full refund for order [ORDER_ID_1]
""",
    "subscription_cancellation": """
i want to cancel my {service}
how do i cancel my {service}
please cancel my {service} right away
i would like to end my {service}
stop my {service}
i no longer want the {service}
please do not renew my {service}
i want to terminate my {service}
how can i unsubscribe from the {service}
cancel the automatic renewal of my {service}
i am leaving for another provider, close my {service}
can i get out of my {service} early
""",
    "subscription_change": """
i want to upgrade my {service}
can i downgrade my {service}
i would like to change my {service}
please pause my {service}
how do i switch to another {service}
i am moving, can i take my {service} with me
i want more data on my {service}
can i switch from monthly to yearly for my {service}
move my {service} to a new address
i need a faster {service}
""",
    "service_information": """
how much is the {service}
what does the {service} include
what plans do you have
tell me more about your {service}
what is the difference between the plans
how much does it cost per month
do you have a cheaper {service}
what are the features of the {service}
""",
    "promotions": """
do you have any discounts
my promo code does not work
is there a coupon for the {product}
are there any offers right now
do you have a student discount
the discount was not applied to my order
when is the next sale
how do i use my voucher
i have a gift card and cannot use it
""",
    "order_placement": """
i want to buy a {product}
i would like to order a {product}
do you have the {product} in stock
can i order a {product} by phone
i need help placing an order
how do i buy the {product}
is the {product} available
""",
    "password_reset": """
i forgot my password
how do i reset my password
i can not log in
i cannot sign in to my account
the password reset email never arrived
my login does not work
i am locked out of my account
it says my password is wrong
i need to change my password
i do not get the verification code
i forgot my username
two factor code is not coming to [PHONE_NUMBER_1]
""",
    "software_bug": """
the app keeps crashing
the app does not open
i get an error message when i click pay
the website is not loading
your site gives me an error
the page is blank
the app freezes on my phone
the checkout button does nothing
i found a bug in your app
the software is not working
i cannot download the file
the app logs me out all the time
the app crashes every time i open it
your app keeps crashing on my phone
the app stopped working after the update
i cannot open the app
the website keeps showing an error
error when i try to log in
the video does not play
your website is broken
the button does not work
i get error code [ID_1]
nothing happens when i press submit
the upload fails
""",
    "service_outage": """
my internet is down
is there an outage in my area
my internet is not working
i have no signal
there is no service in [LOCATION_1]
the connection keeps dropping
is the server down
are you having problems with your network
my wifi stopped working
the tv service is out
my internet is very slow
my internet has been down since [DATE_TIME_1]
the internet has been out all day
is the service down right now
we have no internet at [LOCATION_1]
the network is down
is there maintenance going on
my phone has no network
your servers seem to be down
""",
    "human_agent": """
i want to speak to a human
can i talk to a real person
let me speak to an agent
connect me to customer service
transfer me to a representative
i need to talk to someone
speak to a manager
can someone call me
please call me back at [PHONE_NUMBER_1]
i do not want to talk to a bot
give me a human agent please
how can i contact support by phone
what is your customer service number
i want to talk to a supervisor
is there a live person i can chat with
operator please
i want to speak with a human
i want to talk to a human being
can i speak to a person please
could i please talk to someone from support
is it possible to chat with a real agent
get me a human
human please
agent please
representative
live agent
i need a real person to help me with my {product}
i would like someone to call me about my {product}
can a colleague take over this chat
please escalate this to your supervisor
put me through to an advisor
i'd rather talk to somebody on the phone
is this a bot? i want a person
stop sending me automatic answers, i want a person
can you connect me to the billing team
who can i call about my {service}
please have a manager contact me
i want to be called back
let me talk to your manager
""",
    "complaint": """
i want to make a complaint
i would like to file a complaint
how do i complain about your service
your agent was very rude to me
i am very unhappy with your service
this is the worst service i have ever had
i want to complain about a member of staff
i have contacted you three times and nobody answers
nobody is helping me with my problem
i was on hold for an hour
i am disappointed with how i was treated
no one has replied to my emails
i am going to report you to the consumer agency
this is unacceptable and i want to complain
i want to complain about my {product}
i have a complaint about your {service}
where do i send a complaint
i wish to lodge a formal complaint
your customer service is terrible
the quality of the {product} is terrible
i am really unhappy with how this was handled
the staff was rude and unhelpful
i am very disappointed with the {service}
this company is a joke
i have been waiting for weeks and nobody cares
i am not happy with the service
i am not satisfied with your service
worst experience ever
i am so frustrated with your company
i want to give feedback about the bad service i had
your driver was rude
the driver was driving dangerously
nobody has called me back
i keep getting passed around and nobody helps
""",
    "account_opening": """
how do i open an account
i want to sign up
how do i register
i would like to create an account
can i open an account online
what do i need to open an account
""",
    "account_closure": """
delete my account
i want to delete my account
please close my account
how do i delete my profile
remove all my data and close the account
""",
    "personal_details_update": """
i want to change my email address
please update my phone number to [PHONE_NUMBER_1]
my address has changed to [LOCATION_1]
i moved and need to update my address
how do i change my name on the account
my new email is [EMAIL_ADDRESS_1], please update it
""",
    "billing_question": """
why is my bill so high
i do not understand my invoice
can you send me the invoice for [DATE_TIME_1]
my bill is wrong
i was charged too much this month
i need a copy of my invoice
there is a mistake on my bill
where can i see my bill
why did my bill go up
my invoice is wrong
there is an error on my invoice
i was billed twice for my {service}
i was billed for a {service} i cancelled
what is this amount on my bill
when is my bill due
i did not receive an invoice
""",
    "payment_settings": """
i want to change my payment method
how do i update my credit card on file
can i pay by paypal
remove my card from the account
i want to set up autopay
change my billing date
""",
    "flight_status": """
is flight [FLIGHT_1] on time
my flight is delayed
my flight was cancelled
has flight [NUMBER_1] landed
what gate does my flight leave from
when does my flight board
""",
    "baggage": """
my bag did not arrive
i lost my luggage at [LOCATION_1]
my suitcase is damaged
how many bags can i bring
what does an extra bag cost
you lost my suitcase
""",
    "fraud_report": """
someone stole money from my account
my account was hacked
somebody used my card without my permission
there are transactions on my account that i did not make
i think i have been scammed
i received a suspicious email that claims to be you
i want to report fraud
someone opened an account in my name
someone logged in to my account
my account has been compromised
i got a phishing message from your company
i was tricked into sending money
""",
    "event_rsvp": """
i want to rsvp for the party on [DATE_TIME_1]
i would like to confirm that i am coming to the party
please tell [PERSON_1] that i will attend the event
i need to reply to an invitation
can i bring a guest to the party of [PERSON_1]
i am invited to a party at [LOCATION_1] and want to confirm
""",
    "ride_status": """
where is my driver
how long until my ride arrives
is my taxi on the way
my driver has not shown up
what is the status of my ride
when will my cab be here
i have been waiting for my ride since [DATE_TIME_1]
can you tell me where my ride is
i want to check on my ride, the booking number is [ID_1]
what car is coming to pick me up
""",
    "ride_change": """
i need to change my ride
i want to change the drop off location of my ride
can i change the pickup time of my taxi
please cancel my ride
i entered the wrong destination for my ride
can i add a stop to my ride
i want to change my booked ride to [LOCATION_1]
change my cab to [DATE_TIME_1]
""",
    "apartment_search": """
i am looking for an apartment with two bedrooms
i need a flat in [LOCATION_1]
do you have an apartment with a balcony
find me a place to rent under 1500 a month
i want to rent an apartment
are there any studios available
i need a new place to live that allows pets
""",
    "apartment_viewing": """
i would like to view the apartment
can i schedule a viewing for [DATE_TIME_1]
i want to visit the flat at [LOCATION_1]
when can i see the apartment
""",
    "hotel_service": """
i would like extra towels in my room
please send room service to room [NUMBER_1]
can someone clean my room
the air conditioning in my room is broken
i need a wake up call
can i have a late checkout
i want breakfast in my room
is breakfast included
can i get a new pillow
my room key does not work
the tv in my hotel room does not work
can housekeeping bring shampoo
""",
    "doctor_appointment": """
i need to see a doctor
i would like to make an appointment with doctor [PERSON_1]
can i get an appointment for [DATE_TIME_1]
i am not feeling well and need an appointment
book a dentist appointment
""",
    "car_rental": """
i want to rent a car
i need a rental car at [LOCATION_1]
i need to extend my car rental
""",
    "card_limits": """
please raise my credit limit
what is my spending limit
""",
    "booking_change": """
i need to change my booking
i want to cancel my reservation
i need to cancel my flight
can i move my flight to [DATE_TIME_1]
please change my reservation to [DATE_TIME_1]
i want to cancel my hotel booking
can i rebook for another day
i cannot make my appointment, can i reschedule
confirm my booking please
i need to cancel my appointment on [DATE_TIME_1]
""",
}

# Answers, confirmations and pleasantries: part of a conversation, never its reason.
NOT_A_REASON = """
hello
hi
hey
hi there
good morning
good evening
good afternoon
how are you
hi, how are you doing today
yes
yes please
yep
yeah
sure
ok
okay
alright
that works
that works for me
sounds good
perfect
great
great, thanks
awesome
no
nope
no thanks
no thank you
no, that is all
nothing else
that is all
that's it for today
not right now
thank you
thanks
thank you so much
thanks a lot for your help
thank you [PERSON_1]
bye
goodbye
have a nice day
you too
see you
one moment please
just a second
wait
hold on
are you there
hello?
let me check
i see
i understand
got it
correct
that is correct
that's right
yes that is right
11 am
at 5 pm
tomorrow
next friday
monday at 3
[DATE_TIME_1]
on [DATE_TIME_1]
at [DATE_TIME_2]
[PERSON_1]
my name is [PERSON_1]
it is [PERSON_1]
this is [PERSON_1]
i am [PERSON_1]
john
sarah brown
my name is john
[LOCATION_1]
in [LOCATION_1]
i live in [LOCATION_1]
[PHONE_NUMBER_1]
my number is [PHONE_NUMBER_1]
[EMAIL_ADDRESS_1]
my email is [EMAIL_ADDRESS_1]
[CREDIT_CARD_1]
[US_BANK_NUMBER_1]
it ends in 4432
[ID_1]
two
4 people
for three people
the first one
the second option
the blue one
either is fine
any time is fine
i do not know
i am not sure
maybe
can you repeat that
what do you mean
sorry
my mistake
never mind
please go ahead
go ahead
continue
next
what else
really?
lol
haha
ok thank you, bye
yes, that would be great
no, i don't have one
i already told you
""".strip().splitlines()

# Bare answers to an agent's question; {n}, {name}, {place} and {time} are filled at random.
ANSWERS = (
    "{n}", "{n}", "{n} please", "just {n}", "{n} people", "{n} of us", "there will be {n} guests",
    "for {n}", "go for {n}", "like {n} or so", "number {n}", "my answer is {n}", "it is {n}",
    "under {n} dollars", "{n} credits", "room {n}", "i have {n}", "{n}.", "{n}, thanks",
    "{name}", "{name}.", "dr. {name}", "with {name}", "my name is {name}", "i'm {name}",
    "it's {name}", "this is {name} speaking", "{name}, my accountant", "{place}", "in {place}",
    "from {place} to {place}", "{place} please", "near {place}", "north {place}",
    "downtown {place}", "{place} avenue", "{place} hotel", "the {place} venue", "{time}",
    "at {time}", "{time} please", "{time} would be great", "on {time}", "from {time} to {time}",
    "any day but {time}", "{time} is fine", "let's do {time}", "at {time} with {n} people",
)  # fmt: skip
TIMES = (
    "5 pm", "11 am", "noon", "monday", "tuesday at 7", "tomorrow", "friday the 30th", "tonight",
    "next week", "june 3", "9:30", "saturday morning", "[DATE_TIME_1]", "[DATE_TIME_2]",
)  # fmt: skip
NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "ten", "twenty", "[NUMBER_1]")
