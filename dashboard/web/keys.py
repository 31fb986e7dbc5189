"""The names under which a browser session's objects are kept in `st.session_state`.

What a widget shows is there too, under the widget's own key.
"""

COMPARE_PAGE = "compare_page"
DESK = "desk"
FEED = "feed"
LANGUAGE = "language"
LEARN_PAGE = "learn_page"
LESSON = "lesson"
OPEN_DIALOG = "open_dialog"
PAGE = "page"
ROOMS = "rooms"
SESSION = "session"
TEST_PAGE = "test_page"
UNFOLDED = "unfolded"
WIDGET_KEYS = "widget_keys"
