"""The pages for staff: one router a purpose, templates and words beside them."""
