Feature: Handing over
  First line and second line, a colleague who is asked, a supervisor, a bot, and work that waits for somebody else.

  Scenario: The second line takes over, and the caller keeps their place and gets a credit
    Given a queue "first"
    And a queue "second"
    And ann works in "first"
    When a call "c-1" comes in for "first"
    And ann accepts "c-1"
    And 60 seconds pass
    And a call "c-2" comes in for "second"
    And 30 seconds pass
    And ann hands "c-1" over to "second" with their place and a credit of 1
    Then "c-1" waits in "second" at place 1

  Scenario: A bot hands over to a person, with the transcript
    Given a queue "bots" that accepts by itself
    And a queue "support"
    And robo works in "bots" and can take 100 chats at once
    And ann works in "support"
    When a chat "c-1" comes in for "bots"
    Then "c-1" is with robo
    When robo hands "c-1" over to "support" with the reference "transcript-1"
    Then "c-1" is offered to ann
    And ann sees the reference "transcript-1"

  Scenario: A colleague is asked, and takes over
    Given a queue "support" with a wrap-up of 20 seconds
    And ann works in "support"
    And bob works in "support"
    When a call "c-1" comes in for "support"
    And ann accepts "c-1"
    And ann consults bob about "c-1"
    Then "c-1/consult-1" is offered to bob
    When bob accepts "c-1/consult-1"
    Then "c-1" is with ann
    When ann completes the transfer of "c-1"
    Then "c-1" is with bob
    And ann is wrapping up "c-1"

  Scenario: A colleague is asked, and the caller stays
    Given a queue "support"
    And ann works in "support"
    And bob works in "support"
    When a call "c-1" comes in for "support"
    And ann accepts "c-1"
    And ann consults bob about "c-1"
    And bob accepts "c-1/consult-1"
    And ann ends the consult of "c-1"
    Then "c-1" is with ann
    And "c-1/consult-1" is done
    And bob is free

  Scenario: A colleague who does not answer
    Given a queue "support"
    And ann works in "support"
    And bob works in "support"
    When a call "c-1" comes in for "support"
    And ann accepts "c-1"
    And ann consults bob about "c-1"
    And bob declines "c-1/consult-1"
    Then "c-1/consult-1" is done
    And "c-1" is with ann

  Scenario: A supervisor joins, and takes over
    Given a queue "support"
    And ann works in "support"
    And sue works in no queue
    When a call "c-1" comes in for "support"
    And ann accepts "c-1"
    And sue joins "c-1"
    Then "c-1/consult-1" is with sue
    And "c-1" is with ann
    When ann completes the transfer of "c-1"
    Then "c-1" is with sue
    And ann is free

  Scenario: An e-mail waits for the customer's answer, and goes back to the same agent
    Given a queue "mail"
    And ann works in "mail"
    And bob works in "mail"
    When an email "m-1" comes in for "mail"
    And ann accepts "m-1"
    And ann parks "m-1"
    Then ann is free
    When 3600 seconds pass
    And "m-1" is taken up again
    Then "m-1" is offered to ann

  Scenario: The agent of a parked e-mail falls ill
    Given a queue "mail" where a parked contact's agent may be away for 7200 seconds
    And ann works in "mail"
    And bob works in "mail"
    When an email "m-1" comes in for "mail"
    And ann accepts "m-1"
    And ann parks "m-1"
    And ann signs out
    And 7199 seconds pass
    Then "m-1" is parked
    When 1 second passes
    Then "m-1" is no more ann's because of "away"
    And "m-1" is offered to bob

  Scenario: A promised call is made by whoever promised it
    Given a queue "support" whose follow-ups enter the line 60 seconds early
    And ann works in "support"
    And bob works in "support"
    When a call "c-1" comes in for "support"
    And ann accepts "c-1"
    And ann promises a callback in 600 seconds for "c-1"
    And ann finishes "c-1"
    And 539 seconds pass
    Then "c-1/follow-up-1" is parked
    When 1 second passes
    Then "c-1/follow-up-1" is offered to ann

  Scenario: A promise is kept when the one who gave it has left
    Given a queue "support" whose follow-ups enter the line 60 seconds early
    And ann works in "support"
    And bob works in "support"
    When a call "c-1" comes in for "support"
    And ann accepts "c-1"
    And ann promises a callback in 600 seconds for "c-1"
    And ann finishes "c-1"
    And ann is removed
    Then "c-1/follow-up-1" is no more ann's because of "removed"
    When 540 seconds pass
    Then "c-1/follow-up-1" is offered to bob
