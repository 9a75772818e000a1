"""The contact reasons of the default classifier, and which public labels mean each of them.

A reason is written once: its title, its area, and the labels of the sources that map to it, as
`source:label`. Labels of a source that stand nowhere are not used.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One contact reason."""

    title: str
    area: str
    sources: tuple[str, ...]


def _reason(title: str, area: str, *sources: str) -> Reason:
    flat = []
    for source in sources:
        name, labels = source.split(":")
        flat += [f"{name}:{label}" for label in labels.split(",")]
    return Reason(title, area, tuple(flat))


REASONS: dict[str, Reason] = {
    # Accounts and sign-in
    "account_balance": _reason(
        "Account balance",
        "Banking",
        "banking77:balance_not_updated_after_bank_transfer",
        "clinc150:balance",
        "multidogo:checkbalance",
        "star:bank_balance",
        "dstc11:CheckAccountBalance",
    ),
    "transaction_history": _reason(
        "Transactions and spending", "Banking", "clinc150:transactions,spending_history"
    ),
    "account_opening": _reason(
        "Opening an account",
        "Accounts",
        "banking77:age_limit,country_support",
        "dstc11:CreateAccount",
    ),
    "account_closure": _reason(
        "Closing an account", "Accounts", "banking77:terminate_account", "multidogo:closeaccount"
    ),
    "account_blocked": _reason(
        "Blocked or frozen account", "Accounts", "clinc150:account_blocked,freeze_account"
    ),
    "personal_details_update": _reason(
        "Change of address or details",
        "Accounts",
        "banking77:edit_personal_details",
        "multidogo:updateaddress",
        "dstc11:ChangeAddress",
    ),
    "password_reset": _reason(
        "Password or sign-in",
        "Accounts",
        "banking77:passcode_forgotten",
        "dstc11:ResetPassword,ChangeSecurityQuestion",
    ),
    "identity_verification": _reason(
        "Identity verification",
        "Accounts",
        "banking77:verify_my_identity,why_verify_identity,unable_to_verify_identity,"
        "verify_source_of_funds",
    ),
    # Cards
    "card_application": _reason(
        "New card",
        "Cards",
        "banking77:order_physical_card,getting_spare_card,get_physical_card,getting_virtual_card,"
        "get_disposable_virtual_card,visa_or_mastercard",
        "clinc150:new_card,application_status",
    ),
    "card_delivery": _reason(
        "Card delivery", "Cards", "banking77:card_arrival,card_delivery_estimate"
    ),
    "card_activation": _reason(
        "Activating or linking a card", "Cards", "banking77:activate_my_card,card_linking"
    ),
    "card_lost_or_stolen": _reason(
        "Lost or stolen card",
        "Cards",
        "banking77:lost_or_stolen_card,lost_or_stolen_phone",
        "clinc150:report_lost_card",
        "multidogo:reportlostcard",
    ),
    "card_replacement": _reason(
        "Card replacement",
        "Cards",
        "banking77:card_about_to_expire",
        "clinc150:damaged_card,replacement_card_duration,expiration_date",
        "multidogo:replacecard",
    ),
    "card_declined": _reason(
        "Declined card or payment",
        "Cards",
        "banking77:declined_card_payment,reverted_card_payment?",
        "clinc150:card_declined",
    ),
    "card_not_working": _reason(
        "Card does not work",
        "Cards",
        "banking77:card_not_working,contactless_not_working,virtual_card_not_working",
    ),
    "card_acceptance": _reason(
        "Where a card is accepted",
        "Cards",
        "banking77:card_acceptance,apple_pay_or_google_pay,supported_cards_and_currencies,"
        "atm_support",
    ),
    "card_limits": _reason(
        "Credit and card limits",
        "Cards",
        "banking77:disposable_card_limits",
        "clinc150:credit_limit,credit_limit_change",
    ),
    "pin_management": _reason(
        "PIN", "Cards", "banking77:change_pin,pin_blocked", "clinc150:pin_change"
    ),
    # Money in and out
    "money_transfer": _reason(
        "Transferring money",
        "Payments",
        "banking77:transfer_into_account,receiving_money",
        "clinc150:transfer",
        "multidogo:transfermoney",
    ),
    "transfer_problem": _reason(
        "Transfer delayed or failed",
        "Payments",
        "banking77:failed_transfer,declined_transfer,pending_transfer,transfer_timing,"
        "transfer_not_received_by_recipient,beneficiary_not_allowed,cancel_transfer",
    ),
    "account_top_up": _reason(
        "Top-up or deposit",
        "Payments",
        "banking77:automatic_top_up,pending_top_up,top_up_failed,top_up_reverted,top_up_limits,"
        "topping_up_by_card,verify_top_up,top_up_by_cash_or_cheque,"
        "balance_not_updated_after_cheque_or_cash_deposit",
    ),
    "cash_withdrawal": _reason(
        "Cash withdrawal",
        "Payments",
        "banking77:declined_cash_withdrawal,pending_cash_withdrawal,card_swallowed,"
        "wrong_amount_of_cash_received",
    ),
    "charge_dispute": _reason(
        "Disputed or unknown charge",
        "Payments",
        "banking77:card_payment_not_recognised,direct_debit_payment_not_recognised,"
        "cash_withdrawal_not_recognised,transaction_charged_twice",
        "multidogo:disputecharge",
    ),
    "payment_status": _reason(
        "Payment status",
        "Payments",
        "banking77:pending_card_payment",
        "dstc11:CheckPaymentStatus",
    ),
    "refund": _reason("Refund", "Payments", "banking77:request_refund,Refund_not_showing_up"),
    "fees": _reason(
        "Fees",
        "Payments",
        "banking77:card_payment_fee_charged,cash_withdrawal_charge,transfer_fee_charged,"
        "top_up_by_card_charge,top_up_by_bank_transfer_charge,exchange_charge,"
        "extra_charge_on_statement",
        "clinc150:international_fees",
    ),
    "currency_exchange": _reason(
        "Currency and exchange rate",
        "Payments",
        "banking77:card_payment_wrong_exchange_rate,wrong_exchange_rate_for_cash_withdrawal,"
        "exchange_rate,exchange_via_app,fiat_currency_support",
        "clinc150:exchange_rate",
    ),
    "fraud_report": _reason(
        "Fraud report",
        "Security",
        "banking77:compromised_card",
        "clinc150:report_fraud",
        "star:bank_fraud_report",
    ),
    "routing_number": _reason(
        "Routing number", "Banking", "clinc150:routing", "multidogo:getroutingnumber"
    ),
    "checks_order": _reason(
        "Ordering checks", "Banking", "clinc150:order_checks", "multidogo:orderchecks"
    ),
    "credit_score": _reason(
        "Credit score", "Banking", "clinc150:credit_score,improve_credit_score"
    ),
    "interest_rate": _reason("Interest rate", "Banking", "clinc150:interest_rate,apr"),
    "rewards": _reason("Rewards and points", "Loyalty", "clinc150:rewards_balance,redeem_rewards"),
    "travel_notice": _reason("Travel notice for a card", "Cards", "clinc150:travel_notification"),
    # Bills and subscriptions
    "billing_question": _reason(
        "Billing question",
        "Billing",
        "clinc150:bill_due,bill_balance,min_payment",
        "multidogo:viewbillsintent",
        "dstc11:ReportBillingIssue",
    ),
    "bill_payment": _reason("Paying a bill", "Billing", "clinc150:pay_bill", "dstc11:PayBill"),
    "payment_settings": _reason(
        "Payment method and schedule",
        "Billing",
        "dstc11:UpdatePaymentPreference,UpdateBillingFrequency,CancelAutomaticBilling",
    ),
    "service_activation": _reason(
        "Starting a service", "Subscriptions", "multidogo:startserviceintent"
    ),
    "subscription_change": _reason(
        "Changing a subscription",
        "Subscriptions",
        "multidogo:upgradeserviceintent,transferserviceintent",
    ),
    "subscription_cancellation": _reason(
        "Cancelling a subscription", "Subscriptions", "multidogo:cancelserviceintent"
    ),
    "service_information": _reason(
        "Plans and prices",
        "Subscriptions",
        "multidogo:getinformationintent,getchannelpackageintent",
    ),
    "promotions": _reason(
        "Offers and discounts", "Sales", "multidogo:checkoffereligibility,getpromotions"
    ),
    # Orders
    "order_placement": _reason(
        "Placing an order", "Orders", "clinc150:order", "multidogo:startorder"
    ),
    "order_status": _reason("Order status and delivery", "Orders", "clinc150:order_status"),
    "order_change": _reason(
        "Changing or cancelling an order", "Orders", "multidogo:changeorder,stoporder"
    ),
    "return_or_exchange": _reason("Return or exchange", "Orders"),
    "food_order": _reason(
        "Food order",
        "Restaurants",
        "multidogo:orderpizzaintent,orderdrinkintent,ordersaladintent,orderburgerintent,"
        "orderdessertintent,orderbreakfastintent,ordersideintent",
    ),
    # Travel
    "flight_booking": _reason(
        "Flight booking",
        "Travel",
        "clinc150:book_flight",
        "multidogo:bookflight",
        "star:plane_book,plane_search",
    ),
    "flight_status": _reason("Flight status", "Travel", "clinc150:flight_status"),
    "seat_assignment": _reason(
        "Seat assignment", "Travel", "multidogo:changeseatassignment,getseatinfo"
    ),
    "boarding_pass": _reason("Boarding pass", "Travel", "multidogo:getboardingpass"),
    "baggage": _reason("Baggage", "Travel", "clinc150:lost_luggage,carry_on"),
    "hotel_booking": _reason(
        "Hotel booking", "Travel", "clinc150:book_hotel", "star:hotel_book,hotel_search"
    ),
    "hotel_service": _reason("Service during a stay", "Travel", "star:hotel_service_request"),
    "car_rental": _reason("Car rental", "Travel", "clinc150:car_rental"),
    "ride_booking": _reason("Ride booking", "Rides", "clinc150:uber", "star:ride_book"),
    "ride_change": _reason("Changing a ride", "Rides", "star:ride_change"),
    "ride_status": _reason("Ride status", "Rides", "star:ride_status"),
    "directions": _reason(
        "Directions", "Travel", "clinc150:directions,distance,traffic", "star:trip_directions"
    ),
    "travel_information": _reason(
        "Travel information",
        "Travel",
        "clinc150:international_visa,vaccines,travel_alert,travel_suggestion",
    ),
    # Places to eat and to go
    "restaurant_booking": _reason(
        "Restaurant booking",
        "Restaurants",
        "clinc150:restaurant_reservation,accept_reservations",
        "star:restaurant_book",
    ),
    "restaurant_search": _reason(
        "Restaurant search",
        "Restaurants",
        "clinc150:restaurant_suggestion,restaurant_reviews,how_busy",
        "star:restaurant_search",
    ),
    "booking_change": _reason(
        "Changing or cancelling a booking",
        "Bookings",
        "clinc150:cancel_reservation,confirm_reservation",
    ),
    "event_planning": _reason("Event planning", "Events", "star:party_plan"),
    "event_rsvp": _reason("Invitation reply", "Events", "star:party_rsvp"),
    # Appointments
    "doctor_appointment": _reason("Doctor's appointment", "Health", "star:doctor_schedule"),
    "medical_advice": _reason("Doctor's instructions", "Health", "star:doctor_followup"),
    "meeting_scheduling": _reason(
        "Meeting",
        "Appointments",
        "clinc150:schedule_meeting,meeting_schedule",
        "star:meeting_schedule",
    ),
    "apartment_search": _reason("Apartment search", "Housing", "star:apartment_search"),
    "apartment_viewing": _reason("Apartment viewing", "Housing", "star:apartment_schedule"),
    "vehicle_service": _reason(
        "Vehicle maintenance",
        "Vehicles",
        "clinc150:schedule_maintenance,oil_change_how,oil_change_when,tire_change,tire_pressure,"
        "jump_start,last_maintenance",
    ),
    # Insurance
    "insurance_quote": _reason("Insurance quote", "Insurance", "dstc11:GetQuote"),
    "insurance_claim": _reason(
        "Insurance claim", "Insurance", "dstc11:FileClaim,ReportAutomobileAccident"
    ),
    "claim_status": _reason("Claim status", "Insurance", "multidogo:checkclaimstatus"),
    "proof_of_insurance": _reason(
        "Proof of insurance",
        "Insurance",
        "multidogo:getproofofinsurance",
        "dstc11:RequestProofOfInsurance",
    ),
    "insurance_plan": _reason(
        "Insurance plan or policy",
        "Insurance",
        "clinc150:insurance,insurance_change",
        "dstc11:AddDependent,RemoveDependent,EnrollInPlan,ChangePlan,CancelPlan,GetPolicyNumber,"
        "FindAgent",
    ),
    "device_damage": _reason("Broken device", "Insurance", "multidogo:reportbrokenphone"),
    # Technology and work
    "software_bug": _reason("Software problem", "Technology", "multidogo:reportbrokensoftware"),
    "software_update": _reason("Software update", "Technology", "multidogo:softwareupdate"),
    "service_outage": _reason(
        "Outage or server status", "Technology", "multidogo:checkserverstatus"
    ),
    "expense_report": _reason("Expense report", "Work", "multidogo:expensereport"),
    "leave_request": _reason(
        "Leave", "Work", "clinc150:pto_request_status,pto_balance,pto_request,pto_used,next_holiday"
    ),
    "payroll": _reason(
        "Pay and taxes", "Work", "clinc150:payday,taxes,income,rollover_401k,w2,direct_deposit"
    ),
    # General
    "weather": _reason("Weather", "Information", "clinc150:weather", "star:weather"),
    "trivia": _reason("Trivia game", "Entertainment", "star:trivia"),
    "complaint": _reason("Complaint", "General"),
    "human_agent": _reason("Wants a person", "General"),
}

# What people say in a conversation that is no reason to make contact.
SMALL_TALK = {
    "clinc150": {
        "greeting", "goodbye", "thank_you", "yes", "no", "maybe", "cancel", "repeat",
        "are_you_a_bot", "what_is_your_name", "how_old_are_you", "where_are_you_from",
        "do_you_have_pets", "what_are_your_hobbies", "fun_fact", "tell_joke", "who_made_you",
        "meaning_of_life", "who_do_you_work_for", "what_can_i_ask_you",
    },
    "multidogo": {
        "confirmation", "rejection", "openinggreeting", "closinggreeting", "thankyou",
        "contentonly",
    },
}  # fmt: skip


def reason_of() -> dict[str, str]:
    """`source:label` to reason.

    Raises:
        ValueError: a label stands under two reasons.
    """
    found: dict[str, str] = {}
    for name, reason in REASONS.items():
        for source in reason.sources:
            if source in found:
                raise ValueError(f"{source} is both {found[source]} and {name}")
            found[source] = name
    return found
