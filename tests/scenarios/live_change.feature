Feature: Changing things while people wait
  Nobody loses a place or an offer because somebody changes the settings.

  Scenario: A new timeline, and whoever waits keeps their place
    Given a queue "support"
    And ann works in "support"
    When a call "c-1" that needs "french" comes in for "support"
    And 40 seconds pass
    And a call "c-2" that needs "french" comes in for "support"
    And in "support" after 30 seconds the need for "french" is dropped
    Then "c-1" is offered to ann
    And "c-2" waits in "support" at place 2

  Scenario: An agent learns something, and gets who waited for it
    Given a queue "support"
    And ann works in "support"
    When a call "c-1" that needs "french" comes in for "support"
    And ann learns "french"
    Then "c-1" is offered to ann

  Scenario: The hours change while somebody waits
    Given a queue "support" that is open "08:00-18:00"
    And in "support" when it is closed or closes, the contact is rejected because of "closed"
    And it is "17:00:00"
    When a call "c-1" comes in for "support"
    And the hours of "support" become "08:00-20:00"
    And 7200 seconds pass
    Then "c-1" waits in "support" at place 1
    When 3600 seconds pass
    Then "c-1" was rejected because of "closed"

  Scenario: A queue is closed down
    Given a queue "old"
    And a queue "new"
    When a call "c-1" comes in for "old"
    And 60 seconds pass
    And a call "c-2" comes in for "new"
    And the queue "old" is removed, and its contacts go to "new"
    Then "c-1" waits in "new" at place 1
    And "c-2" waits in "new" at place 2
