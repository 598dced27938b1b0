Feature: When a queue cannot take one more
  Whatever happens, a contact ends somewhere that has a name, and an event says so.

  Scenario: The line is full
    Given a queue "support"
    And a queue "overflow"
    And in "support" when 2 or more wait, the contact moves to "overflow"
    When a call "c-1" comes in for "support"
    And a call "c-2" comes in for "support"
    And a call "c-3" comes in for "support"
    Then "c-2" waits in "support" at place 2
    And "c-3" waits in "overflow" at place 1

  Scenario: The overflow is full as well
    Given a queue "support"
    And a queue "overflow"
    And in "support" when 1 or more wait, the contact moves to "overflow"
    And in "overflow" when 0 or more wait, the contact is rejected because of "full"
    When a call "c-1" comes in for "support"
    And a call "c-2" comes in for "support"
    Then "c-2" was rejected because of "nowhere_to_go"
    And "c-2" is done

  Scenario: Two queues that overflow into each other do not send a caller round in circles
    Given a queue "support"
    And a queue "sales"
    And in "support" when 0 or more wait, the contact moves to "sales"
    And in "sales" when 0 or more wait, the contact moves to "support"
    When a call "c-1" comes in for "support"
    Then "c-1" was rejected because of "nowhere_to_go"

  Scenario: Everybody has gone home
    Given a queue "support"
    And in "support" when nobody is signed in for 30 seconds, the contact goes to voicemail "box-1"
    And ann works in "support"
    When ann signs out
    And a call "c-1" comes in for "support"
    And 29 seconds pass
    Then "c-1" waits in "support" at place 1
    When 1 second passes
    Then "c-1" went to voicemail "box-1"

  Scenario: Somebody comes back in time
    Given a queue "support"
    And in "support" when nobody is signed in for 30 seconds, the contact goes to voicemail "box-1"
    And ann works in "support"
    When ann signs out
    And a call "c-1" comes in for "support"
    And 20 seconds pass
    And ann signs in
    Then "c-1" is offered to ann

  Scenario: It is closed
    Given a queue "support" that is open "08:00-18:00"
    And in "support" when it is closed, the contact goes to self_service "bot-1"
    And it is "07:59:50"
    When a call "c-1" comes in for "support"
    Then "c-1" went to self_service "bot-1"
    When 10 seconds pass
    And a call "c-2" comes in for "support"
    Then "c-2" waits in "support" at place 1

  Scenario: It closes while somebody waits
    Given a queue "support" that is open "08:00-18:00"
    And in "support" when it is closed or closes, the contact is rejected because of "closed"
    And it is "17:59:00"
    When a call "c-1" comes in for "support"
    And 59 seconds pass
    Then "c-1" waits in "support" at place 1
    When 1 second passes
    Then "c-1" was rejected because of "closed"

  Scenario: Nobody waits longer than ten minutes
    Given a queue "support"
    And in "support" when a contact has waited 600 seconds, the contact goes to voicemail "box-1"
    When a call "c-1" comes in for "support"
    And 600 seconds pass
    Then "c-1" went to voicemail "box-1"

  Scenario: A caller is not handed to a queue that would turn them away
    Given a queue "support"
    And a queue "sales"
    And in "sales" when 0 or more wait, the contact is rejected because of "full"
    And ann works in "support"
    When a call "c-1" comes in for "support"
    And ann accepts "c-1"
    Then ann cannot transfer "c-1" to "sales"
    And "c-1" is with ann
